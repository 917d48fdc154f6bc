// The mirroring: whatever writes one of a cell's own names also writes the scope that all cells
// share. Declarations mirror behind themselves; assignments, updates and loops where they stand.
import { boundNames } from "./declarations.ts";
import type { Edits } from "./edits.ts";
import type { Node } from "./parse.ts";
import type { Context } from "./scope.ts";

const STATEMENT_LIST = /^(?:Program|BlockStatement|StaticBlock|SwitchCase)$/;

export interface Mirrored {
  js: string;
  edits: Edits;
  /** Names that later cells see. */
  own: Set<string>;
  /** What an imported name stands for. */
  imported: Map<string, string>;
  /** The shared scope, and a variable that keeps a value for a moment, as the program calls them. */
  cells: string;
  temporary: string;
  /** The statement whose value is the cell's. */
  last: Node | null;
}

export class Mirror {
  readonly #in: Mirrored;
  /** Where a statement begins in a list of statements: a `(` put there would join it to the line above. */
  readonly #starts = new Set<number>();

  constructor(mirrored: Mirrored) {
    this.#in = mirrored;
  }

  /** Statements that mirror these names. */
  of(names: string[]): string {
    const { own, cells } = this.#in;
    return names
      .filter((name) => own.has(name))
      .map((name) => `${cells}.${name} = ${name};`)
      .join(" ");
  }

  enterStatement(node: Node, parent: Node): void {
    if (STATEMENT_LIST.test(parent.type)) this.#starts.add(node.start);
  }

  /** What must stand before a `(` that is put at this place. */
  guard(at: number): string {
    return this.#starts.has(at) ? ";" : "";
  }

  /** Where a statement ends, its semicolon left out. */
  endOf(node: Node): number {
    return this.#in.js[node.end - 1] === ";" ? node.end - 1 : node.end;
  }

  variables(node: Node, { parent, top }: Context): void {
    if (node.declare || !top) return;
    if (node.kind !== "var" && !atTop(parent)) return;
    const { edits, js, temporary } = this.#in;
    const mirrored = this.of(node.declarations.flatMap((each: Node) => boundNames(each.id)));
    if (!mirrored) return;
    if (parent.type === "ForStatement" && parent.init === node) {
      // `for (var i = 0; …)`: the head takes no statement, but another declarator.
      const expressions = mirrored.replaceAll("; ", ", ").replace(/;$/, "");
      edits.insert(this.endOf(node), `, ${temporary}v = (${expressions})`);
      return;
    }
    if (/^For(In|Of)Statement$/.test(parent.type) && parent.left === node) return;
    edits.insert(node.end, `${js[node.end - 1] === ";" ? " " : "; "}${mirrored}`);
    // A lone `var` statement as the body of an `if` needs a block round the two.
    if (!STATEMENT_LIST.test(parent.type) && !/^Export/.test(parent.type)) {
      edits.insert(node.end, "}");
      edits.insert(node.start, "{");
    }
  }

  classDeclaration(node: Node, parent: Node): void {
    if (atTop(parent) && node.id) this.#in.edits.insert(node.end, ` ${this.of([node.id.name])}`);
  }

  /** `for (x of …)`: the body begins with the mirroring of `x`. */
  openLoop(node: Node, context: Context): void {
    const mirrored = this.of(context.sets);
    if (mirrored) this.#in.edits.insert(node.body.start, `{${mirrored} `);
  }

  closeLoop(node: Node, context: Context): void {
    if (this.of(context.sets)) this.#in.edits.insert(node.body.end, "}");
  }

  openAssignment(node: Node, context: Context): void {
    const sets = this.#sets(context);
    if (sets.length === 0) return;
    const { edits, cells, temporary } = this.#in;
    if (node.left.type === "Identifier") edits.insert(node.start, `${cells}.${sets[0]} = `);
    else if (!this.#unused(node, context.parent)) {
      edits.insert(node.start, `${this.guard(node.start)}(${temporary} = `);
    }
  }

  closeAssignment(node: Node, context: Context): void {
    const sets = this.#sets(context);
    if (sets.length > 0 && node.left.type !== "Identifier") this.#close(node, context.parent, sets, true);
  }

  openUpdate(node: Node, context: Context): void {
    if (this.#sets(context).length === 0 || this.#unused(node, context.parent)) return;
    const { edits, temporary } = this.#in;
    edits.insert(node.start, `${this.guard(node.start)}(${node.prefix ? "" : `${temporary} = `}`);
  }

  closeUpdate(node: Node, context: Context): void {
    const sets = this.#sets(context);
    if (sets.length > 0) this.#close(node, context.parent, sets, !node.prefix);
  }

  /** Behind a write: the mirroring, and the value for whoever reads it. */
  #close(node: Node, parent: Node, sets: string[], kept: boolean): void {
    const { edits, js, cells, temporary } = this.#in;
    const mirrored = sets.map((name) => `, ${cells}.${name} = ${name}`).join("");
    if (!this.#unused(node, parent)) {
      edits.insert(node.end, kept ? `${mirrored}, ${temporary})` : `${mirrored})`);
      return;
    }
    // `n++` ends a statement before a line that begins with a bracket; what is put behind it does not.
    const open = parent.type === "ExpressionStatement" && js[parent.end - 1] !== ";";
    edits.insert(node.end, open ? `${mirrored};` : mirrored);
  }

  #sets(context: Context): string[] {
    return context.sets.filter((name) => this.#in.own.has(name) && !this.#in.imported.has(name));
  }

  /** Whether nobody reads the value of the expression. */
  #unused(node: Node, parent: Node): boolean {
    if (parent.type === "ExpressionStatement") return parent !== this.#in.last;
    return parent.type === "ForStatement" && (parent.update === node || parent.init === node);
  }
}

function atTop(parent: Node): boolean {
  return parent.type === "Program" || /^Export(Named|Default)Declaration$/.test(parent.type);
}
