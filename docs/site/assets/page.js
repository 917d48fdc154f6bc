// Menu, theme and search. The index is a script, not data to fetch, so that the
// pages work when they are opened from a folder.
const root = document.documentElement;
const byId = (id) => document.getElementById(id);

byId("theme-button").addEventListener("click", () => {
  const dark = root.dataset.theme
    ? root.dataset.theme === "dark"
    : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  try {
    localStorage.setItem("theme", root.dataset.theme);
  } catch {
    // Holds for this page only, then.
  }
});

const menu = byId("menu-button");
menu.addEventListener("click", () => {
  const open = document.body.classList.toggle("menu-open");
  menu.setAttribute("aria-expanded", String(open));
});

const box = byId("search");
const list = byId("results");
const fold = (text) =>
  text
    .toLowerCase()
    .normalize("NFKD")
    .replace(/[^\p{L}\p{N}.]+/gu, " ")
    .trim();
const plain = (text) => text.replace(/[ ._]/g, "");

// One row: [title, where, address, words]. How well does it answer?
function score([title, , , words], terms) {
  const name = fold(title);
  const bareName = plain(name);
  const last = name.slice(name.lastIndexOf(".") + 1);
  const longer = (text, term) => Math.min(20, text.length - term.length);
  let total = bareName === plain(terms.join("")) ? 100 : 0;
  for (const term of terms) {
    const bare = plain(term);
    if (name === term || last === term || bareName === bare) total += 100;
    else if (name.split(" ").includes(term)) total += 70;
    else if (last.startsWith(term)) total += 60 - longer(last, term);
    else if (bareName.startsWith(bare)) total += 55 - longer(bareName, bare);
    else if (bareName.includes(bare)) total += 30;
    else if (` ${words}`.includes(` ${term}`)) total += 12;
    else if (words.includes(term)) total += 4;
    else return 0;
  }
  return total;
}

let selected = -1;

function search() {
  const terms = fold(box.value).split(" ").filter(Boolean);
  list.replaceChildren();
  selected = -1;
  const found =
    terms.length === 0
      ? []
      : (window.SEARCH_INDEX ?? [])
          .map((row) => [score(row, terms), row])
          .filter(([points]) => points > 0)
          .sort((a, b) => b[0] - a[0] || a[1][0].length - b[1][0].length)
          .slice(0, 12);
  for (const [, [title, where, address, , about]] of found) {
    const item = document.createElement("li");
    item.setAttribute("role", "option");
    const link = document.createElement("a");
    link.href = address;
    const strong = document.createElement("strong");
    strong.textContent = title;
    const small = document.createElement("small");
    small.textContent = where;
    const line = document.createElement("span");
    line.textContent = about ?? "";
    link.append(strong, " ", small, line);
    item.append(link);
    list.append(item);
  }
  if (terms.length > 0 && found.length === 0) {
    const none = document.createElement("li");
    none.className = "none";
    none.textContent = `Nothing about “${box.value.trim()}”.`;
    list.append(none);
  }
  list.hidden = terms.length === 0;
  box.setAttribute("aria-expanded", String(!list.hidden));
}

box.addEventListener("input", search);
box.addEventListener("focus", search);
box.addEventListener("keydown", (event) => {
  const links = [...list.querySelectorAll("a")];
  if (event.key === "Escape") {
    list.hidden = true;
    box.blur();
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    const step = event.key === "ArrowDown" ? 1 : -1;
    selected = links.length === 0 ? -1 : (selected + step + links.length) % links.length;
    for (const [i, link] of links.entries())
      link.parentElement.setAttribute("aria-selected", String(i === selected));
    links[selected]?.scrollIntoView({ block: "nearest" });
  } else if (event.key === "Enter") {
    const link = links[Math.max(0, selected)];
    if (link) location.href = link.href;
  }
});
list.addEventListener("click", () => (list.hidden = true));
document.addEventListener("click", (event) => {
  if (!event.target.closest(".search")) list.hidden = true;
});
document.addEventListener("keydown", (event) => {
  const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement?.tagName ?? "");
  if (event.key === "/" && !typing) {
    event.preventDefault();
    box.focus();
  }
});
