// Document → LaTeX source that pdfLaTeX, XeLaTeX and LuaLaTeX set; figures go
// into a folder beside it. LaTeX numbers the equations itself.
import { definedName } from "../../document/macros.ts";
import type { Problems } from "../../document/problems.ts";
import type { Doc } from "../../document/types.ts";
import { checkFormulas } from "../check-formulas.ts";
import { declareCharacters, escapeTex } from "./escape.ts";
import { TexWriter } from "./writer.ts";

/** A definition that holds whether or not LaTeX or an earlier formula has the name. */
function definition(macro: string): string {
  const name = definedName(macro);
  if (/^\\(newcommand|renewcommand|providecommand)/.test(macro)) {
    return `\\providecommand{${name}}{}${macro.replace(/^\\(newcommand|providecommand)/, "\\renewcommand")}`;
  }
  return macro.startsWith("\\DeclareMathOperator") ? `\\let${name}\\relax${macro}` : macro;
}

export function toTex(
  doc: Doc,
  name: string,
  problems: Problems,
  paper: "a4" | "us-letter" = "a4",
): { data: string; files: Map<string, string | Uint8Array> } {
  checkFormulas(doc, problems);
  const writer = new TexWriter(name);
  const body = writer.blocks(doc.blocks);
  const { title } = doc;
  const line = (text: string | undefined, look = "") => (text ? [`{${look}${escapeTex(text)}\\par}`] : []);
  const head = title
    ? [
        "\\begin{center}",
        ...line(title.course, "\\large "),
        ...(title.title ? [`\\vspace{0.6em}{\\LARGE ${escapeTex(title.title)}\\par}\\vspace{0.8em}`] : []),
        ...line(title.authors.join(", "), "\\large "),
        ...title.lines.flatMap((l) => line(l)),
        ...line(title.date),
        "\\end{center}",
        "\\vspace{1em}",
        "",
      ].join("\n")
    : "";
  const used = head + body;
  const data = String.raw`\documentclass[11pt]{article}
\usepackage{iftex}
\ifPDFTeX
  \usepackage[T1]{fontenc}
  \usepackage[utf8]{inputenc}
  \usepackage{lmodern}
\else
  \usepackage{fontspec}
\fi
\usepackage[${paper === "a4" ? "a4paper" : "letterpaper"},margin=2.4cm]{geometry}
\usepackage{amsmath,amssymb,mathtools,bm,mathrsfs,cancel}
\usepackage[table]{xcolor}
\usepackage{graphicx,booktabs,longtable,multirow,enumitem}
\usepackage[normalem]{ulem}
\usepackage{fancyvrb}
\usepackage{newunicodechar}
\usepackage[hidelinks]{hyperref}
\setlength{\parindent}{0pt}
\setlength{\parskip}{0.6em}
\newcommand{\gbs}{\char92 }
\newcommand{\gob}{\char123 }
\newcommand{\gcb}{\char125 }
${declareCharacters(used).join("\n")}
${doc.macros.map(definition).join("\n")}
\begin{document}
${head}
${body}
\end{document}
`;
  return { data, files: writer.files };
}
