// The style sheet of exported HTML: one readable column, tables with rules at
// head and foot, code in quiet boxes, and a sensible print.
export const style = `
:root { color-scheme: light; }
body { margin: 0; background: #fff; color: #1a1a1a; font: 17px/1.55 "Latin Modern Roman", "CMU Serif", Georgia, "Times New Roman", serif; }
main { max-width: 44em; margin: 3em auto; padding: 0 1.5em; }
header { text-align: center; margin-bottom: 2.5em; }
header p { margin: .2em 0; }
h1 { font-size: 1.7em; font-weight: normal; margin: .4em 0; }
h2 { font-size: 1.35em; } h3 { font-size: 1.12em; } h4, h5, h6 { font-size: 1em; }
a { color: #1d3f72; text-decoration: none; } a:hover { text-decoration: underline; }
code, pre { font-family: "DejaVu Sans Mono", Menlo, Consolas, monospace; font-size: .8rem; }
p code, li code, td code { background: #f2f3f5; padding: .1em .3em; border-radius: 3px; }
pre { line-height: 1.45; white-space: pre-wrap; overflow-wrap: anywhere; margin: 0; }
.input { position: relative; background: #f6f7f9; border-left: 2px solid #b8c4d6; padding: .6em .8em; margin: 1.2em 0 .8em; }
.count { position: absolute; left: -3.5em; width: 3em; text-align: right; color: #7a7f87; font: .7rem/2 monospace; }
.listing { background: #f6f7f9; padding: .6em .8em; }
.printed { padding: .1em .8em; margin: .6em 0; }
.printed.error { background: #fdf3f2; border-left: 2px solid #d9837c; padding: .5em .8em; }
.printed.stderr { background: #fdf8ec; border-left: 2px solid #e2c272; padding: .5em .8em; }
.output { margin: .8em 0 1.4em; }
.equation { text-align: center; margin: 1.1em 0; overflow-x: auto; overflow-y: hidden; }
.equation svg, .math svg { max-width: 100%; overflow: visible; }
.tagged svg { width: 100%; }
figure { text-align: center; margin: 1.4em 0; } img { max-width: 100%; height: auto; }
figcaption, caption { font-size: .92em; margin: .5em 0; }
.table { overflow-x: auto; } table { border-collapse: collapse; margin: 1.2em auto; border-top: 1.5px solid; border-bottom: 1.5px solid; font-size: .95em; }
thead tr:last-child th, thead tr:last-child td { border-bottom: 1px solid; } td, th { padding: .22em .7em; }
blockquote { border-left: 3px solid #c9ced6; margin: 1em 0; padding: 0 1em; }
details { margin: 1em 0; } summary { font-weight: bold; cursor: pointer; }
details > :not(summary) { margin-left: 1em; }
.columns { display: flex; gap: 1em; flex-wrap: wrap; } .columns > div { flex: 1; min-width: 10em; }
.problem { border: 1px solid #b3261e; background: #fdf1f0; color: #8c1d18; padding: .3em .6em; }
.notes { border-top: 1px solid #ccc; margin-top: 3em; font-size: .9em; } .notes p { display: inline; }
.hljs-keyword, .hljs-literal, .hljs-selector-tag { color: #1f4e99; font-weight: bold; }
.hljs-string, .hljs-regexp { color: #2f6b2f; } .hljs-number, .hljs-symbol { color: #9a4a00; }
.hljs-comment, .hljs-meta { color: #6b7280; font-style: italic; }
.hljs-type, .hljs-built_in, .hljs-title.class_ { color: #6a3d8f; } .hljs-title, .hljs-function { color: #00606b; }
@media print { main { max-width: none; margin: 0; } .input, figure, table { break-inside: avoid; } }
`;
