// Text → TeX source. The letters and signs beyond Latin-1 that a document uses
// are declared in its preamble, so that pdfLaTeX sets them too.

const SPECIAL: Record<string, string> = {
  "\\": "\\textbackslash{}",
  "{": "\\{",
  "}": "\\}",
  $: "\\$",
  "&": "\\&",
  "#": "\\#",
  "%": "\\%",
  _: "\\_",
  "~": "\\textasciitilde{}",
  "^": "\\textasciicircum{}",
  "<": "\\textless{}",
  ">": "\\textgreater{}",
  "|": "\\textbar{}",
  "\u00a0": "~",
  "“": "``",
  "”": "''",
  "‘": "`",
  "’": "'",
  "–": "--",
  "—": "---",
  "…": "\\dots{}",
};

/** Marks that stand over a letter → TeX's accents; composed letters that a font has are left. */
const ACCENTS: Record<string, string> = {
  "\u0300": "`",
  "\u0301": "'",
  "\u0302": "^",
  "\u0303": "~",
  "\u0304": "=",
  "\u0305": "=",
  "\u0306": "u",
  "\u0307": ".",
  "\u0308": '"',
  "\u030a": "r",
  "\u030c": "v",
  "\u0323": "d",
  "\u0331": "b",
};

/** Escape character by character; a letter and its mark are one. */
function escapeBy(text: string, one: (char: string) => string): string {
  return text.normalize("NFC").replace(/(\P{Mark})(\p{Mark}?)(\p{Mark}*)/gsu, (_, base, mark, more) => {
    const letter = one(base);
    const accent = ACCENTS[mark];
    const rest = [...(accent ? more : mark + more)].filter(
      (c) => !/\p{Default_Ignorable_Code_Point}/u.test(c),
    );
    const codes = rest.map((c) => `{\\tiny [U+0${c.codePointAt(0)!.toString(16).toUpperCase()}]}`).join("");
    return (accent ? `\\${accent}{${letter}}` : letter) + codes;
  });
}

export const escapeTex = (text: string): string =>
  escapeBy(text, (char) => SPECIAL[char] ?? (char < " " && char !== "\n" ? "" : char));

/** For Verbatim with commandchars=\\\{\}. */
export const escapeVerbatim = (text: string): string =>
  escapeBy(text, (char) => ({ "\\": "\\gbs{}", "{": "\\gob{}", "}": "\\gcb{}" })[char] ?? char);

/** A URL inside \href. */
export const escapeUrl = (url: string): string =>
  url.replace(/[\\{}]/g, encodeURIComponent).replace(/[%#&]/g, "\\$&");

const GREEK =
  "alpha beta gamma delta varepsilon zeta eta theta iota kappa lambda mu nu xi o pi rho varsigma sigma tau upsilon varphi chi psi omega";

const SIGNS: Record<string, string> = {
  "≤": "\\le", "≥": "\\ge", "≠": "\\ne", "≈": "\\approx", "≡": "\\equiv", "→": "\\to", "←": "\\leftarrow",
  "↔": "\\leftrightarrow", "⇒": "\\Rightarrow", "⇐": "\\Leftarrow", "⇔": "\\Leftrightarrow", "↑": "\\uparrow", "↓": "\\downarrow",
  "↦": "\\mapsto", "∞": "\\infty", "∂": "\\partial", "∇": "\\nabla", "∑": "\\sum", "∏": "\\prod", "∫": "\\int",
  "√": "\\surd", "∈": "\\in", "∉": "\\notin", "⊂": "\\subset", "⊆": "\\subseteq", "∪": "\\cup", "∩": "\\cap",
  "∀": "\\forall", "∃": "\\exists", "∅": "\\emptyset", "⊙": "\\odot", "⊗": "\\otimes", "⊕": "\\oplus", "∘": "\\circ",
  "⋅": "\\cdot", "∗": "\\ast", "⟨": "\\langle", "⟩": "\\rangle", "‖": "\\Vert", "ℝ": "\\mathbb{R}", "ℕ": "\\mathbb{N}",
  "𝔼": "\\mathbb{E}", "ℒ": "\\mathcal{L}", "−": "-", "✓": "\\checkmark", "✔": "\\checkmark", "✗": "\\times", "✘": "\\times",
  "ᵀ": "^{T}", "⁻": "^{-}", "₀": "_0", "₁": "_1", "₂": "_2", "₃": "_3", "ₖ": "_k", "ₙ": "_n", "ᵢ": "_i", "ⱼ": "_j", "⁰": "^0",
  "⁴": "^4", "⁵": "^5", "⁶": "^6", "⁷": "^7", "⁸": "^8", "⁹": "^9", "●": "\\bullet", "•": "\\bullet", "▸": "\\triangleright",
  "★": "\\star", "⋮": "\\vdots", "⋯": "\\cdots", "›": "\\rangle", "‹": "\\langle", "↩": "\\hookleftarrow", "°": "^{\\circ}",
}; // biome-ignore format: a table

GREEK.split(" ").forEach((name, k) => {
  const letter = String.fromCharCode(0x3b1 + k);
  SIGNS[letter] = name === "o" ? "o" : `\\${name}`;
});
for (const [letter, name] of Object.entries({
  Γ: "Gamma",
  Δ: "Delta",
  Θ: "Theta",
  Λ: "Lambda",
  Ξ: "Xi",
  Π: "Pi",
  Σ: "Sigma",
  Φ: "Phi",
  Ψ: "Psi",
  Ω: "Omega",
})) {
  SIGNS[letter] = `\\${name}`;
}

const BLOCKS: Record<string, string> = {
  "█": "1",
  "▉": ".875",
  "▊": ".75",
  "▋": ".625",
  "▌": ".5",
  "▍": ".375",
  "▎": ".25",
  "▏": ".125",
};

/** How pdfLaTeX shall set a character; undefined when its own encodings have it. */
function declared(char: string): string | undefined {
  if (char <= "\u017f" && char !== "\u00b0") return undefined;
  if ("‐–—‘’“”…€™".includes(char)) return undefined;
  const sign = SIGNS[char];
  if (sign) return `\\ensuremath{${sign}}`;
  const part = BLOCKS[char];
  if (part) return `\\rule{${part}\\dimexpr.5em}{1.2ex}`;
  if (/[─━]/.test(char)) return "-";
  if (/[│┃]/.test(char)) return "|";
  if (/[┌┐└┘├┤┬┴┼╭╮╰╯]/.test(char)) return "+";
  if (/[░▒▓]/.test(char)) return "\\textcolor{gray}{\\rule{.5em}{1.2ex}}";
  return `{\\tiny [U+${char.codePointAt(0)!.toString(16).toUpperCase()}]}`;
}

/** Declarations for the characters of a source. */
export function declareCharacters(source: string): string[] {
  return [...new Set(source)]
    .filter((char) => char > "\u007f" && !/\p{Mark}|\p{Default_Ignorable_Code_Point}/u.test(char))
    .sort()
    .flatMap((char) => {
      const text = declared(char);
      return text === undefined ? [] : [`\\newunicodechar{${char}}{${text}}`];
    });
}
