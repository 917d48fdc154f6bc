// The look of a PDF, in Typst: measures of a LaTeX article, Computer Modern
// text, quiet code. The body only calls the functions defined here, so what a
// page looks like is decided in this file.

import { MARGIN as FORMULA_MARGIN } from "./assets.ts";

/** Points; the text measures that wrapping and formulas depend on. */
export interface Measures {
  paper: "a4" | "us-letter";
  /** Size of running text. */
  text: number;
  /** Size of code and printed output. */
  mono: number;
  /** Width of the text. */
  width: number;
  /** Where the text ends, from the top of the page. */
  bottom: number;
  /** Columns of code that fit between the insets. */
  columns: number;
}

const CM = 72 / 2.54;
const MARGIN = 2.4 * CM;
/** Advance of a character of DejaVu Sans Mono, in em. */
const ADVANCE = 0.602;
const INSET = 8;

export function measures(paper: Measures["paper"] = "a4"): Measures {
  const pageWidth = paper === "a4" ? 21 * CM : 8.5 * 72;
  const width = pageWidth - 2 * MARGIN;
  const bottom = (paper === "a4" ? 29.7 * CM : 11 * 72) - 2.6 * CM;
  const mono = 8.1;
  return {
    paper,
    text: 10.5,
    mono,
    width,
    bottom,
    columns: Math.floor((width - 2 * INSET) / (mono * ADVANCE)),
  };
}

export const template = (m: Measures): string => `
#let serif = ("New Computer Modern", "DejaVu Sans Mono")
#let mono = ("DejaVu Sans Mono", "New Computer Modern")
#let ink = black
#let quiet = rgb("#7a7f87")
#let accent = rgb("#1d3f72")

#let page-head(title) = context {
  if counter(page).get().first() > 1 and title != "" {
    set text(size: 8.5pt, fill: quiet)
    title
    h(1fr)
    v(-4pt)
    line(length: 100%, stroke: 0.3pt + quiet)
  }
}
#let page-foot = context {
  set align(center)
  set text(size: 9pt, fill: ink)
  counter(page).display()
}

#let look(head, body) = {
  set page(paper: "${m.paper}", margin: (x: ${MARGIN}pt, top: 2.5cm, bottom: 2.6cm), header: page-head(head), footer: page-foot)
  set text(font: serif, size: ${m.text}pt, fill: ink, lang: "en", hyphenate: true)
  set par(justify: true, leading: 0.62em, spacing: 0.95em)
  set list(indent: 0.6em, body-indent: 0.55em, spacing: 0.7em, marker: ([•], [–], [∗]))
  set enum(indent: 0.6em, body-indent: 0.55em, spacing: 0.7em)
  set footnote.entry(separator: line(length: 30%, stroke: 0.4pt + quiet))
  set table(stroke: none, inset: (x: 6pt, y: 3.4pt))
  show heading: set text(hyphenate: false)
  show heading: set par(justify: false)
  show heading: set text(size: ${m.text}pt)
  show heading.where(level: 1): set text(size: ${m.text * 1.32}pt)
  show heading.where(level: 1): set block(above: 1.5em, below: 0.9em)
  show heading.where(level: 2): set text(size: ${m.text * 1.13}pt)
  show heading.where(level: 2): set block(above: 1.5em, below: 0.9em)
  show heading.where(level: 3): set block(above: 1.4em, below: 0.85em)
  show list: set block(above: 0.85em, below: 0.95em)
  show enum: set block(above: 0.85em, below: 0.95em)
  show heading: it => if it.level > 3 { block(above: 1.2em, below: 0.6em, emph(it.body)) } else { it }
  body
}

// --- title ---------------------------------------------------------------
#let title-block(course: none, title: none, authors: (), date: none, lines: ()) = {
  set align(center)
  set par(justify: false)
  set block(above: 0pt)
  if course != none { block(below: 12pt, text(size: 11.5pt, course)) }
  if title != none { block(below: 13pt, text(size: 17pt, hyphenate: false, title)) }
  if authors.len() > 0 { block(below: 8pt, text(size: 12pt, authors.join([#h(1.6em)]))) }
  for l in lines { block(below: 7pt, l) }
  if date != none { block(below: 7pt, date) }
  v(16pt)
}

// --- text ----------------------------------------------------------------
#let para(body, side: none, ragged: false) = if side != none { align(side, par(justify: false, body)) } else if ragged { par(justify: false, body) } else { par(body) }
// What must stand on the page on which the next thing begins, and what is not parted.
#let lead(body) = block(width: 100%, above: 0.95em, below: 0.95em, sticky: true, body)
#let held(body) = block(width: 100%, above: 0.56em, below: 0.56em, breakable: false, body)
#let code-in-text(s) = box(fill: rgb("#f2f3f5"), outset: (y: 2pt), inset: (x: 2pt), radius: 1.5pt,
  text(font: mono, size: 0.8em, hyphenate: false, s))
#let code-in-text-long(s) = text(font: mono, size: 0.8em, hyphenate: false, s)
#let check(on) = box(baseline: 12%, width: 0.75em, height: 0.75em, stroke: 0.6pt + ink, radius: 1pt,
  if on { place(center + horizon, text(font: mono, size: 0.75em, "✓")) })
#let problem(message) = block(width: 100%, stroke: 0.8pt + rgb("#b3261e"), fill: rgb("#fdf1f0"), inset: 6pt, radius: 2pt,
  text(size: 0.85em, fill: rgb("#8c1d18"), [*Cannot be set.* #message]))
#let problem-in-text(message) = box(stroke: 0.6pt + rgb("#b3261e"), inset: 2pt, text(size: 0.8em, fill: rgb("#8c1d18"), message))
#let quoted(body) = block(inset: (left: 1em, right: 1em, y: 0.25em), stroke: (left: 2pt + rgb("#c9ced6")), body)
#let hrule = align(center, line(length: 100%, stroke: 0.4pt + quiet))
#let detail(summary, body) = {
  block(above: 1em, below: 0.6em, sticky: true, strong(summary))
  block(inset: (left: 1em, y: 0.2em), stroke: (left: 0.8pt + rgb("#c9ced6")), body)
}

// --- formulas: sizes in em, so they follow the text around them ------------
// What fits into the white between two lines does not push them apart (as in TeX):
// room is how much of the height and depth the line is told nothing of.
// The picture has a margin, where parts that stand outside of the formula's box are drawn.
#let drawn(file, w, h, alt, m, up) = place(top + left, dx: -m * 1em, dy: (-up - m) * 1em,
  image(file, width: (w + 2 * m) * 1em, height: (h + 2 * m) * 1em, alt: alt, format: "svg"))
#let formula(file, w, h, d, alt, k) = {
  let up = calc.min(0.25, calc.max(0, h - d - 0.68))
  let down = calc.min(0.3, d)
  box(width: w * 1em, height: (h - up - down) * 1em, baseline: (d - down) * 1em, drawn(file, w, h, alt, k * ${FORMULA_MARGIN}, up))
}
#let equation(file, w, h, alt) = block(width: 100%, above: 1em, below: 1em, breakable: false, layout(size => {
  let natural = measure(box(width: w * 1em)).width
  let k = calc.min(1, size.width / natural)
  align(center, box(width: w * k * 1em, height: h * k * 1em, drawn(file, w * k, h * k, alt, k * ${FORMULA_MARGIN}, 0)))
}))

// --- pictures ------------------------------------------------------------
// A picture that would just miss the page of the code that made it is set a little smaller,
// so that no half of a page stays empty before it.
#let page-bottom = ${m.bottom}pt
#let scale-to-room(h, k) = {
  let ends = query(selector(<code-end>).before(here()))
  if ends.len() == 0 { return k }
  let room = (page-bottom - ends.last().location().position().y) / 1pt - 30
  if h * k > room and room > h * k * 0.7 { room / h } else { k }
}
#let picture(file, w, h, alt, kind, follows) = context layout(size => {
  let k = calc.min(1, size.width / (w * 1pt), 600 / h)
  if follows { k = scale-to-room(h, k) }
  image(file, width: w * k * 1pt, height: h * k * 1pt, alt: alt, format: kind)
})
#let figure-block(body, caption) = block(width: 100%, above: 1.1em, below: 1.1em, breakable: false, {
  align(center, body)
  if caption != none { align(center, block(width: 88%, above: 0.7em, text(size: 0.9em, caption))) }
})

// --- code and printed text -------------------------------------------------
#let lines-of(body) = {
  set text(font: mono, size: ${m.mono}pt, hyphenate: false, ligatures: false)
  set par(justify: false, leading: 0.56em, spacing: 0.56em)
  body
}
#let wrapped = text(fill: quiet, size: 0.85em, "↪")
#let cont = box(width: 0pt, height: 0pt, place(bottom + left, dx: -0.95em, wrapped))
#let count-mark(n) = place(top + left, dx: -${INSET}pt - 24pt, box(width: 20pt, align(right, text(font: mono, size: 6pt, fill: quiet, n))))
#let input(body, whole, n) = block(width: 100%, above: 1.1em, below: 0.75em, breakable: not whole, fill: rgb("#f6f7f9"),
  stroke: (left: 1.6pt + rgb("#b8c4d6")), inset: (x: ${INSET}pt, y: 6pt), { if n != none { count-mark(n) }; lines-of(body); [#metadata(none)<code-end>] })
#let listing(body, whole) = block(width: 100%, breakable: not whole, fill: rgb("#f6f7f9"), inset: (x: ${INSET}pt, y: 6pt), radius: 2pt, lines-of(body))
#let pre(body, whole, fill: none, rule: none) = block(width: 100%, above: 0.75em, below: 0.9em, breakable: not whole, fill: fill,
  stroke: (left: if rule == none { 0pt } else { 1.6pt + rule }),
  inset: (x: ${INSET}pt, y: if fill == none { 1pt } else { 5pt }), lines-of(body))
#let output(body) = block(width: 100%, above: 0.75em, below: 1.1em, body)

// --- tables: rules as booktabs has them ------------------------------------
#let rows-table(columns, head, body, size, caption, whole) = {
  let t = table(
    columns: columns,
    table.hline(stroke: 0.8pt),
    ..if head.len() > 0 { (table.header(..head, table.hline(stroke: 0.5pt)),) } else { () },
    ..body,
    table.hline(stroke: 0.8pt),
  )
  block(width: 100%, above: 1.1em, below: 1.1em, breakable: not whole, {
    set text(size: size)
    set par(justify: false)
    if caption != none { align(center, block(below: 0.6em, sticky: true, text(size: 0.95em, caption))) }
    align(center, t)
  })
}
`;
