// Tells, for every name used in a cell, whose it is: a local one, one of the cell's own
// top-level names, or a free one (an earlier cell's, or a global). The walk reports uses and
// the few statements the rewriting cares about; it changes nothing.
import { boundNames, isFunction, varNames } from "./declarations.ts";
import { children, type Node } from "./parse.ts";
import { assignedNames, type Role, walkBinding, walkTarget } from "./patterns.ts";

export interface Use {
  node: Node;
  parent: Node;
  /** `cell`: declared at the top level of this cell. `free`: declared nowhere in it. */
  owner: "cell" | "free";
  role: Role;
  /** `{ name }` or `{ name = default }`: the name is also the key. */
  shorthand: boolean;
}

export interface Visitor {
  use(use: Use): void;
  enter(node: Node, context: Context): void;
  leave(node: Node, context: Context): void;
}

export interface Context {
  parent: Node;
  /** Outside every function: where `await` belongs to the cell. */
  top: boolean;
  /** For `AssignmentExpression`, `UpdateExpression` and loops: the cell's own names they set. */
  sets: string[];
}

class Scope {
  readonly names = new Set<string>();
  readonly parent: Scope | null;
  constructor(parent: Scope | null, names: Iterable<string> = []) {
    this.parent = parent;
    for (const name of names) this.names.add(name);
  }
  ownerOf(name: string): Use["owner"] | "local" {
    let scope: Scope = this;
    while (!scope.names.has(name)) {
      if (!scope.parent) return "free";
      scope = scope.parent;
    }
    return scope.parent ? "local" : "cell";
  }
}

/** `let`, `const`, `class` and `function` names declared directly in a list of statements. */
function lexicalNames(statements: Node[]): string[] {
  const names: string[] = [];
  for (const statement of statements) {
    if (statement.declare) continue;
    if (statement.type === "VariableDeclaration" && statement.kind !== "var")
      for (const declarator of statement.declarations) boundNames(declarator.id, names);
    else if (statement.type === "FunctionDeclaration" || statement.type === "ClassDeclaration")
      names.push(statement.id.name);
  }
  return names;
}

/** Walks a cell whose top-level names are `own`. */
export function walkCell(program: Node, own: Iterable<string>, visitor: Visitor): void {
  const root = new Scope(null, own);
  const shorthands = new Set<Node>();

  const visit = (node: Node, parent: Node, scope: Scope, top: boolean): void => {
    const context: Context = { parent, top, sets: [] };
    const visitAll = (nodes: (Node | null)[], inner: Scope) => {
      for (const each of nodes) if (each) visit(each, node, inner, top);
    };
    if (node.type.startsWith("TSDeclare") || node.declare || node.abstract === true) {
      if (node.type !== "ClassDeclaration" || node.declare) return;
    }
    switch (node.type) {
      case "AssignmentExpression":
        context.sets.push(...setBy(node.left, scope));
        break;
      case "UpdateExpression":
        context.sets.push(...setBy(node.argument, scope));
        break;
      case "ForInStatement":
      case "ForOfStatement":
        if (node.left.type !== "VariableDeclaration") context.sets.push(...setBy(node.left, scope));
        else if (node.left.kind === "var" && top)
          for (const declarator of node.left.declarations) boundNames(declarator.id, context.sets);
        break;
    }
    visitor.enter(node, context);
    visitInside();
    visitor.leave(node, context);
    return;

    function visitInside(): void {
      if (isFunction(node)) {
        if (node.computed && node.key) visit(node.key, node, scope, top);
        for (const decorator of node.decorators ?? []) visit(decorator, node, scope, top);
        const inner = new Scope(scope);
        if (node.type === "FunctionExpression" && node.id) inner.names.add(node.id.name);
        if (node.type !== "ArrowFunctionExpression") inner.names.add("arguments");
        for (const param of node.params) for (const name of boundNames(param)) inner.names.add(name);
        for (const param of node.params) binding(param, node, inner, false);
        if (node.body.type === "BlockStatement") {
          for (const name of varNames(node.body)) inner.names.add(name);
          for (const name of lexicalNames(node.body.body)) inner.names.add(name);
          for (const statement of node.body.body) visit(statement, node.body, inner, false);
        } else visit(node.body, node, inner, false);
        return;
      }
      switch (node.type) {
        case "Identifier":
          use(node, parent, scope, "read");
          return;
        case "Program":
          for (const statement of node.body) visit(statement, node, scope, top);
          return;
        case "BlockStatement": {
          const inner = new Scope(scope, lexicalNames(node.body));
          visitAll(node.body, inner);
          return;
        }
        case "StaticBlock": {
          const names = [...lexicalNames(node.body), ...node.body.flatMap((each: Node) => varNames(each))];
          const inner = new Scope(scope, names);
          for (const statement of node.body) visit(statement, node, inner, false);
          return;
        }
        case "SwitchStatement": {
          visit(node.discriminant, node, scope, top);
          const inner = new Scope(scope, lexicalNames(node.cases.flatMap((each: Node) => each.consequent)));
          for (const each of node.cases) {
            if (each.test) visit(each.test, each, inner, top);
            for (const statement of each.consequent) visit(statement, each, inner, top);
          }
          return;
        }
        case "ForStatement": {
          const inner = new Scope(scope, node.init ? lexicalNames([node.init]) : []);
          visitAll([node.init, node.test, node.update, node.body], inner);
          return;
        }
        case "ForInStatement":
        case "ForOfStatement": {
          const inner = new Scope(scope, lexicalNames([node.left]));
          if (node.left.type === "VariableDeclaration") visit(node.left, node, inner, top);
          else target(node.left, node, inner, top, "loop");
          visit(node.right, node, inner, top);
          visit(node.body, node, inner, top);
          return;
        }
        case "CatchClause": {
          const inner = new Scope(scope, node.param ? boundNames(node.param) : []);
          if (node.param) binding(node.param, node, inner, top);
          visit(node.body, node, inner, top);
          return;
        }
        case "ClassDeclaration":
        case "ClassExpression": {
          for (const decorator of node.decorators ?? []) visit(decorator, node, scope, top);
          const inner = new Scope(scope);
          // A class declared at the top keeps its own name inside, as the language has it.
          if (node.id && node.type === "ClassExpression") inner.names.add(node.id.name);
          if (node.superClass) visit(node.superClass, node, inner, top);
          visit(node.body, node, inner, top);
          return;
        }
        case "ClassProperty":
        case "ClassAccessorProperty":
        case "ClassPrivateProperty":
          for (const decorator of node.decorators ?? []) visit(decorator, node, scope, top);
          if (node.computed) visit(node.key, node, scope, top);
          if (node.value) visit(node.value, node, new Scope(scope, ["arguments"]), false);
          return;
        case "VariableDeclaration":
          for (const declarator of node.declarations) {
            binding(declarator.id, declarator, scope, top);
            if (declarator.init) visit(declarator.init, declarator, scope, top);
          }
          return;
        case "AssignmentExpression":
          target(node.left, node, scope, top, node.left.type === "Identifier" ? "assign" : "pattern");
          visit(node.right, node, scope, top);
          return;
        case "UpdateExpression":
          target(node.argument, node, scope, top, "update");
          return;
        case "MemberExpression":
        case "OptionalMemberExpression":
          visit(node.object, node, scope, top);
          if (node.computed) visit(node.property, node, scope, top);
          return;
        case "ObjectProperty":
          if (node.computed) visit(node.key, node, scope, top);
          if (node.shorthand) shorthands.add(node.value);
          visit(node.value, node, scope, top);
          return;
        case "LabeledStatement":
          visit(node.body, node, scope, top);
          return;
        case "ExportNamedDeclaration":
          if (node.declaration) visit(node.declaration, node, scope, top);
          return;
        case "ImportDeclaration":
        case "ExportAllDeclaration":
        case "BreakStatement":
        case "ContinueStatement":
        case "MetaProperty":
        case "PrivateName":
          return;
        default:
          for (const child of children(node)) visit(child, node, scope, top);
      }
    }
  };

  const use = (node: Node, parent: Node, scope: Scope, role: Role): void => {
    const owner = scope.ownerOf(node.name);
    if (owner !== "local") visitor.use({ node, parent, owner, role, shorthand: shorthands.has(node) });
  };

  const binding = (pattern: Node, parent: Node, scope: Scope, top: boolean): void =>
    walkBinding(pattern, parent, (node, above) => visit(node, above, scope, top));

  const target = (pattern: Node, parent: Node, scope: Scope, top: boolean, role: Role): void =>
    walkTarget(pattern, parent, role, {
      name: (node, above, how, shorthand) => {
        if (shorthand) shorthands.add(node);
        use(node, above, scope, how);
      },
      visit: (node, above) => visit(node, above, scope, top),
    });

  /** The cell's own names that a pattern sets. */
  const setBy = (pattern: Node, scope: Scope): string[] =>
    assignedNames(pattern).filter((name) => scope.ownerOf(name) === "cell");

  visit(program, program, root, true);
}
