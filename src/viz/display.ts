/**
 * Showing things: in a notebook as rich output, in a terminal as text.
 *
 * A kernel that can show things leaves a function under `Symbol.for("gradlab.display")`; without one the
 * text form goes to standard output. Any object with a `[Symbol.for("Jupyter.display")]` method says
 * itself how it looks, so that this room and the kernel need to know nothing of each other.
 */

import { inspect } from "node:util";
import { escapeHtml } from "./escape.ts";
import { texToSvg } from "./math.ts";

/** One thing in several forms, keyed by MIME type; the front end shows the richest it can. */
export type MimeBundle = Record<string, unknown>;

/** The name of the method by which an object says how it is shown: `Symbol.for("Jupyter.display")`. */
export const displaySymbol: unique symbol = Symbol.for("Jupyter.display");

/** An object that says how it is shown. */
export interface Displayable {
  [displaySymbol](): MimeBundle | Promise<MimeBundle>;
}

/** Settings of `display`. */
export interface DisplayOptions {
  /** A name for this output, by which `update` finds it again. */
  id?: string;
  /** Replace the output of that name in place instead of adding one. */
  update?: boolean;
  metadata?: Record<string, unknown>;
}

type Hook = (
  bundle: MimeBundle,
  options: { metadata?: object; transient?: { display_id?: string }; update?: boolean },
) => void;

const hookSymbol = Symbol.for("gradlab.display");
const clearSymbol = Symbol.for("gradlab.clear_output");

/**
 * Whether somebody shows rich output, rather than a terminal.
 * @example
 * ```ts
 * inNotebook(); // → false
 * ```
 */
export function inNotebook(): boolean {
  return typeof (globalThis as any)[hookSymbol] === "function";
}

/**
 * Shows a value now: also in the middle of a cell or of a loop.
 * Synchronous, except for values whose picture takes time: then it gives a promise to await.
 * @example
 * ```ts
 * display(table({ epoch: [1, 2], loss: [0.5, 0.4] }));
 * ```
 */
export function display(value: unknown, options: DisplayOptions = {}): undefined | Promise<void> {
  if (options.update && options.id === undefined)
    throw new TypeError("display(): to update an output, say which: display(value, { id, update: true }).");
  const bundle = bundleOf(value);
  if (bundle instanceof Promise) return bundle.then((made) => show(made, options));
  show(bundle, options);
  return undefined;
}

/**
 * Shows a value in the place of the one displayed with this id.
 * @example
 * ```ts
 * display("starting", { id: "state" });
 * update("state", "done");
 * ```
 */
export function update(id: string, value: unknown): undefined | Promise<void> {
  return display(value, { id, update: true });
}

/**
 * Removes the cell's output so far; with `wait`, only when the next output comes (no flicker).
 * @example
 * ```ts
 * clear({ wait: true });
 * ```
 */
export function clear(options: { wait?: boolean } = {}): void {
  (globalThis as any)[clearSymbol]?.(options.wait ?? false);
}

/**
 * The forms a value is shown in. Numbers, strings and plain objects have a text form only.
 * @example
 * ```ts
 * await bundleOf(md`**bold**`); // → { 'text/markdown': '**bold**', 'text/plain': '**bold**' }
 * ```
 */
export function bundleOf(value: unknown): MimeBundle | Promise<MimeBundle> {
  if (isDisplayable(value)) return value[displaySymbol]();
  if (isBundle(value)) return value;
  return { "text/plain": plain(value) };
}

/**
 * Whether a value says itself how it is shown, by a `[Symbol.for("Jupyter.display")]` method.
 * @example
 * ```ts
 * isDisplayable(tensor([1])); // → true
 * ```
 */
export function isDisplayable(value: unknown): value is Displayable {
  return (
    ((typeof value === "object" && value !== null) || typeof value === "function") &&
    typeof (value as any)[displaySymbol] === "function"
  );
}

/** A plain object whose keys are all MIME types is shown as what it says. */
function isBundle(value: unknown): value is MimeBundle {
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return false;
  const keys = Object.keys(value);
  return keys.length > 0 && keys.every((key) => /^[a-z]+\/[\w.+-]+$/.test(key));
}

function show(bundle: MimeBundle, options: DisplayOptions): void {
  const hook = (globalThis as any)[hookSymbol] as Hook | undefined;
  if (hook) {
    hook(bundle, {
      metadata: options.metadata ?? {},
      transient: options.id === undefined ? {} : { display_id: options.id },
      update: options.update ?? false,
    });
    return;
  }
  const text = bundle["text/plain"] ?? bundle["text/markdown"] ?? bundle["text/latex"];
  process.stdout.write(`${text ?? `(${Object.keys(bundle).join(", ")})`}\n`);
}

function plain(value: unknown): string {
  return typeof value === "string" ? value : inspect(value, { depth: 4 });
}

/**
 * A value with fixed forms.
 * @example
 * ```ts
 * new Rich({ "text/html": "<b>1</b>", "text/plain": "1" });
 * ```
 */
export class Rich implements Displayable {
  readonly bundle: MimeBundle;
  constructor(bundle: MimeBundle) {
    this.bundle = bundle;
  }
  [displaySymbol](): MimeBundle {
    return this.bundle;
  }
  toString(): string {
    return String(this.bundle["text/plain"]);
  }
  [inspect.custom](): string {
    return this.toString();
  }
}

type Template = TemplateStringsArray | string;

/**
 * HTML. As a tag, what is put in by `${…}` is escaped, unless it is itself `html` (or can show itself as HTML).
 * @example
 * ```ts
 * const name = "<Ada>";
 * html`<b>${name}</b>`; // → <b>&lt;Ada&gt;</b>
 * ```
 */
export function html(text: Template, ...values: unknown[]): Rich {
  const source = fill(text, values, false, (v) => {
    if (Array.isArray(v))
      return v.map((each) => ownForm(each, "text/html") ?? escapeHtml(plain(each))).join("");
    return ownForm(v, "text/html") ?? ownForm(v, "image/svg+xml") ?? escapeHtml(plain(v));
  });
  return new Rich({ "text/html": source, "text/plain": source });
}

/**
 * Markdown with TeX; backslashes stay as typed.
 * @example
 * ```ts
 * const loss = 0.25;
 * md`The loss is $\frac12\lVert r\rVert^2$ = ${loss}.`; // → The loss is $\frac12\lVert r\rVert^2$ = 0.25.
 * ```
 */
export function md(text: Template, ...values: unknown[]): Rich {
  const source = fill(text, values, true, (v) => {
    const latex = ownForm(v, "text/latex");
    const formula = latex?.startsWith("$") ? latex : undefined;
    return ownForm(v, "text/markdown") ?? formula ?? ownForm(v, "text/html") ?? plain(v);
  });
  return new Rich({ "text/markdown": source, "text/plain": source });
}

/**
 * An SVG picture. @throws TypeError when the text is no `<svg>` element.
 * @example
 * ```ts
 * svg`<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><circle cx="4" cy="4" r="4"/></svg>`;
 * svg`circle`; // throws TypeError
 * ```
 */
export function svg(text: Template, ...values: unknown[]): Rich {
  const source = fill(text, values, false, (v) => ownForm(v, "image/svg+xml") ?? escapeHtml(plain(v)));
  if (!/^\s*(<\?xml[^>]*>\s*)?(<!--[\s\S]*?-->\s*)*<svg[\s>]/.test(source))
    throw new TypeError(`svg(): expected an <svg> element; got "${source.trim().slice(0, 40)}…".`);
  return new Rich({ "image/svg+xml": source, "text/plain": "(an SVG picture)" });
}

/**
 * A displayed formula; backslashes stay as typed.
 *
 * @throws MathError when the formula cannot be set: here, rather than in the page or the PDF.
 * @example
 * ```ts
 * tex`\nabla_W L = X^\top G`; // → \nabla_W L = X^\top G
 * ```
 */
export function tex(text: Template, ...values: unknown[]): Rich {
  const source = fill(text, values, true, plain).trim();
  texToSvg(source, { display: true });
  return new Rich({ "text/latex": `$$${source}$$`, "text/plain": source });
}

function fill(text: Template, values: unknown[], raw: boolean, put: (value: unknown) => string): string {
  if (typeof text === "string") return text;
  // In raw templates a backtick or ${ must still be typed with a backslash: take that one away.
  const parts = raw ? text.raw.map((part) => part.replace(/\\(`|\$\{)/g, "$1")) : text;
  return parts.map((part, i) => part + (i < values.length ? put(values[i]) : "")).join("");
}

function ownForm(value: unknown, mime: string): string | undefined {
  if (!isDisplayable(value)) return undefined;
  const bundle = value[displaySymbol]();
  if (bundle instanceof Promise)
    throw new TypeError("This value's picture takes time to make: await it first, then put the result in.");
  const form = bundle[mime];
  return typeof form === "string" ? form : undefined;
}
