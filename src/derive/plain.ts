/**
 * Derivations in a terminal: the LaTeX that this room prints, as Unicode. `∂L/∂W = W (Wᵀ W x − x) xᵀ`
 * instead of backslashes, for error messages, tests and `text/plain`. Written for our own printers'
 * LaTeX; commands it does not know keep their name.
 */

const SYMBOLS: Record<string, string> = {
  odot: "⊙",
  oslash: "⊘",
  circ: "∘",
  cdot: "·",
  times: "×",
  pm: "±",
  leftarrow: "←",
  rightarrow: "→",
  to: "→",
  in: "∈",
  infty: "∞",
  ldots: "…",
  dots: "…",
  partial: "∂",
  nabla: "∇",
  sum: "Σ",
  prod: "Π",
  ell: "ℓ",
  le: "≤",
  leq: "≤",
  ge: "≥",
  geq: "≥",
  neq: "≠",
  ne: "≠",
  bullet: "•",
  top: "ᵀ",
  lVert: "‖",
  rVert: "‖",
  lvert: "|",
  rvert: "|",
  star: "⋆",
  varepsilon: "ε",
  varphi: "φ",
  checkmark: "✓",
  quad: "   ",
  qquad: "    ",
  "\\": ";",
};
const LETTERS =
  "alpha α beta β gamma γ delta δ epsilon ε zeta ζ eta η theta θ iota ι kappa κ lambda λ mu μ nu ν xi ξ pi π rho ρ " +
  "sigma σ tau τ upsilon υ phi φ chi χ psi ψ omega ω Gamma Γ Delta Δ Theta Θ Lambda Λ Xi Ξ Pi Π Sigma Σ Upsilon Υ " +
  "Phi Φ Psi Ψ Omega Ω";
LETTERS.split(" ").forEach((x, i, all) => {
  if (i % 2 === 0) SYMBOLS[x] = all[i + 1];
});
const ACCENTS: Record<string, string> = { bar: "\u0304", hat: "\u0302", tilde: "\u0303", vec: "\u20d7" };
const UPPER = Object.fromEntries(
  [..."0⁰1¹2²3³4⁴5⁵6⁶7⁷8⁸9⁹+⁺-⁻−⁻TᵀᵀᵀnⁿiⁱNᴺ".matchAll(/(.)(.)/gu)].map((m) => [m[1], m[2]]),
);
const LOWER = Object.fromEntries(
  [..."0₀1₁2₂3₃4₄5₅6₆7₇8₈9₉aₐeₑhₕiᵢjⱼkₖlₗmₘnₙoₒpₚrᵣsₛtₜuᵤvᵥxₓ".matchAll(/(.)(.)/gu)].map((m) => [m[1], m[2]]),
);
const SKIPPED = new Set(["left", "right", "displaystyle", "textstyle", "limits", "big", "Big", "!", ","]);
const UPRIGHT = new Set([
  "mathrm",
  "operatorname",
  "text",
  "mathbf",
  "mathbb",
  "mathcal",
  "boldsymbol",
  "mathit",
]);
/** Functions LaTeX has commands for. */
const WORDS = new Set(["log", "exp", "sin", "cos", "tan", "tanh", "max", "min", "det", "tr", "arg", "sqrt"]);

/** LaTeX as one line of Unicode. */
export function plainTex(tex: string): string {
  return new Plain(withoutCases(tex))
    .all()
    .replace(/ +/g, " ")
    .replace(/\( /g, "(")
    .replace(/‖ ([^‖]*) ‖/g, "‖$1‖")
    .replace(/ ([),;])/g, "$1")
    .trim();
}

/** Text with `$…$` and `$$…$$` in it, the formulas as Unicode and bold without its stars. */
export function plainText(markdown: string): string {
  return markdown
    .replace(/( *)\$\$([\s\S]+?)\$\$/g, (_, indent: string, tex: string) => indent + lines(tex, indent))
    .replace(/\$([^$]+)\$/g, (_, tex: string) => plainTex(tex))
    .replace(/\*\*(.+?)\*\*/g, "$1");
}

/** A displayed formula; aligned ones keep their lines. */
function lines(tex: string, indent: string): string {
  const aligned = /\\begin\{aligned\}([\s\S]*)\\end\{aligned\}/.exec(withoutCases(tex));
  if (!aligned) return plainTex(tex);
  return aligned[1]
    .split(/\\\\\s*\n/)
    .map((line) => plainTex(line.replaceAll("&", "")))
    .join(`\n${indent}`);
}

class Plain {
  readonly tex: string;
  at = 0;
  constructor(tex: string) {
    this.tex = tex;
  }

  all(): string {
    let out = "";
    while (this.at < this.tex.length && this.tex[this.at] !== "}") out += this.one();
    return out;
  }

  /** The next group or token, as text. */
  group(): string {
    while (this.tex[this.at] === " ") this.at++;
    if (this.tex[this.at] !== "{") return this.one();
    this.at++;
    const inner = this.all();
    this.at++;
    return inner;
  }

  one(): string {
    const c = this.tex[this.at];
    if (c === "{") return this.group();
    if (c === "\\") return this.command();
    this.at++;
    if (c === "-") return "−";
    if (c === "^" || c === "_") return script(this.group(), c === "^");
    return c === "&" || c === "\n" ? " " : c;
  }

  command(): string {
    const name = /^\\([A-Za-z]+|.)/.exec(this.tex.slice(this.at))?.[1] ?? "";
    this.at += 1 + name.length;
    const spaced = this.tex[this.at] === " " && /[A-Za-z]$/.test(name);
    if (SKIPPED.has(name)) {
      if (spaced) this.at++;
      if (name === "left" && this.tex[this.at] === ".") this.at++; // an invisible bracket
      return "";
    }
    if (name === "frac" || name === "tfrac" || name === "dfrac") return quotient(this.group(), this.group());
    if (name === "sqrt") return `√${single(this.group())}`;
    if (name === "overset") return `${this.skip()}≟`;
    if (name === "begin" || name === "end") {
      const cases = this.group() === "cases";
      return name === "end" ? (cases ? "" : "]") : cases ? "" : "[";
    }
    if (ACCENTS[name]) return `${this.group()}${ACCENTS[name]}`.normalize("NFC");
    if (UPRIGHT.has(name)) {
      const word = this.group();
      return name === "mathbb" && word === "R" ? "ℝ" : word;
    }
    if (spaced && (name === "partial" || name === "nabla")) this.at++;
    const symbol = SYMBOLS[name];
    if (symbol !== undefined) return symbol;
    return WORDS.has(name) ? `${name}` : `\\${name}`;
  }

  /** Both arguments of \overset{?}{=}. */
  skip(): string {
    this.group();
    this.group();
    return "";
  }
}

function script(text: string, up: boolean): string {
  const table = up ? UPPER : LOWER;
  const letters = [...text.replace(/\s+/g, "")];
  if (letters.every((c) => table[c] !== undefined)) return letters.map((c) => table[c]).join("");
  if (up && letters.length <= 3 && letters.every((c) => c === "⊙" || UPPER[c] !== undefined))
    return letters.map((c) => (c === "⊙" ? "" : UPPER[c])).join("");
  if (!up && text.startsWith("via ")) return ` ${text}`;
  return `${up ? "^" : "_"}${text.length === 1 ? text : up ? `(${text.trim()})` : `{${text.trim()}}`}`;
}

const single = (x: string): string =>
  /^[\p{L}\p{N}\p{M}₀-₉ᵢⱼₖₙ'‖∂∇.]+$/u.test(x.trim()) ? x.trim() : `(${x.trim()})`;

function quotient(x: string, y: string): string {
  const halves: Record<string, string> = { "1/2": "½", "1/3": "⅓", "1/4": "¼", "3/4": "¾", "2/3": "⅔" };
  const plain = `${x.trim()}/${y.trim()}`;
  if (halves[plain]) return halves[plain];
  const derivative = x.trim().startsWith("∂") && y.trim().startsWith("∂");
  return derivative ? plain : `${single(x)}/${single(y)}`;
}

/** Cases on one line: a if i = j, b if i ≠ j. */
function withoutCases(tex: string): string {
  return tex.replace(/\\begin\{cases\}([\s\S]*?)\\end\{cases\}/g, (_, body: string) =>
    body.replaceAll("&", "\\text{ if }").replace(/\\\\\s*/g, ",\\quad "),
  );
}
