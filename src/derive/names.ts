/**
 * From the names people give in code to the symbols of a sheet: `W1` is W₁, `mu_k` is μ_k, `pi_tilde` is π̃.
 */

const GREEK = new Set(
  (
    "alpha beta gamma delta epsilon varepsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau " +
    "upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega"
  ).split(" "),
);
const ACCENTS: Record<string, string> = { hat: "\\hat", tilde: "\\tilde", bar: "\\bar", star: "" };

/** Whether the symbol is a Greek letter: such scalars are written first in a product. */
export function isGreek(tex: string): boolean {
  return /^\\(?!math|text|oper|frac|bar|hat|tilde)/.test(tex);
}

/** LaTeX of a name: letters with subscripts, Greek by name, accents by suffix, long words upright. */
export function texName(name: string): string {
  if (/[\\{}^]/.test(name)) return name;
  const parts = name.split("_").filter((p) => p !== "");
  let accent = "";
  let star = false;
  for (let i = parts.length - 1; i > 0; i--) {
    if (!(parts[i] in ACCENTS)) continue;
    if (parts[i] === "star") star = true;
    else accent = ACCENTS[parts[i]];
    parts.splice(i, 1);
  }
  let [head, ...subs] = parts.length > 0 ? parts : [name];
  const digits = /^(.*?[^0-9])([0-9]+)$/.exec(head);
  if (digits) {
    head = digits[1];
    subs = [digits[2], ...subs];
  }
  for (const word of ["hat", "tilde", "bar"])
    if (accent === "" && head.endsWith(word) && head.length > word.length) {
      accent = ACCENTS[word];
      head = head.slice(0, -word.length);
    }
  let tex = letter(head);
  if (accent) tex = `${accent}{${tex}}`;
  if (subs.length > 0) tex += `_{${subs.map(letter).join(",")}}`;
  return star ? `${tex}^{\\star}` : tex;
}

function letter(word: string): string {
  if (GREEK.has(word)) return `\\${word}`;
  if (word === "ell") return "\\ell";
  if (word === "eps") return "\\varepsilon";
  if (word.length === 1 || /^[0-9]+$/.test(word)) return word;
  return `\\mathrm{${word.replaceAll("$", "\\$")}}`;
}

/** Bold for vectors and matrices; the subscript stays light. */
export function bold(tex: string): string {
  const at = tex.indexOf("_");
  const [head, rest] = at < 0 ? [tex, ""] : [tex.slice(0, at), tex.slice(at)];
  return `\\boldsymbol{${head}}${rest}`;
}
