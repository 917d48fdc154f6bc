// Tells, for every name used in a cell, whose it is: a local one, one of the cell's own
// top-level names, or a free one (an earlier cell's, or a global). The walk reports uses and
// the few statements the rewriting cares about; it changes nothing.
import { boundNames, isFunction, varNames } from "./declarations.ts";
import { children, type Node } from "./parse.ts";

export interface Use {
  node: Node;
  parent: Node;
  /** `cell`: declared at the top level of this cell. `free`: declared nowhere in it. */
  owner: "cell" | "free";
  /** A plain read, or the direct target of `=`, `++`, a pattern or a loop. */
  role: "read" | "assign" | "update" | "pattern" | "loop";
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
        collectTargets(node.left, scope, context.sets);
        break;
      case "UpdateExpression":
        collectTargets(node.argument, scope, context.sets);
        break;
      case "ForInStatement":
      case "ForOfStatement":
        if (node.left.type !== "VariableDeclaration") collectTargets(node.left, scope, context.sets);
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

  const use = (node: Node, parent: Node, scope: Scope, role: Use["role"]): void => {
    const owner = scope.ownerOf(node.name);
    if (owner !== "local") visitor.use({ node, parent, owner, role, shorthand: shorthands.has(node) });
  };

  /** A pattern that declares: only its defaults and computed keys are uses. */
  const binding = (pattern: Node, parent: Node, scope: Scope, top: boolean): void => {
    for (const decorator of pattern.decorators ?? []) visit(decorator, parent, scope, top);
    switch (pattern.type) {
      case "ObjectPattern":
        for (const property of pattern.properties) {
          if (property.type === "RestElement") continue;
          if (property.computed) visit(property.key, property, scope, top);
          binding(property.value, property, scope, top);
        }
        return;
      case "ArrayPattern":
        for (const element of pattern.elements) if (element) binding(element, pattern, scope, top);
        return;
      case "AssignmentPattern":
        binding(pattern.left, pattern, scope, top);
        visit(pattern.right, pattern, scope, top);
        return;
      case "RestElement":
        binding(pattern.argument, pattern, scope, top);
        return;
      case "TSParameterProperty":
        binding(pattern.parameter, pattern, scope, top);
        return;
      case "Identifier":
        return;
      default:
        visit(pattern, parent, scope, top);
    }
  };

  /** A pattern that assigns. */
  const target = (pattern: Node, parent: Node, scope: Scope, top: boolean, role: Use["role"]): void => {
    switch (pattern.type) {
      case "Identifier":
        use(pattern, parent, scope, role);
        return;
      case "ObjectPattern":
        for (const property of pattern.properties) {
          if (property.type === "RestElement") target(property.argument, property, scope, top, "pattern");
          else {
            if (property.computed) visit(property.key, property, scope, top);
            if (property.shorthand) shorthands.add(property.value.left ?? property.value);
            target(property.value, property, scope, top, "pattern");
          }
        }
        return;
      case "ArrayPattern":
        for (const element of pattern.elements) if (element) target(element, pattern, scope, top, "pattern");
        return;
      case "AssignmentPattern":
        target(pattern.left, pattern, scope, top, "pattern");
        visit(pattern.right, pattern, scope, top);
        return;
      case "RestElement":
        target(pattern.argument, pattern, scope, top, "pattern");
        return;
      case "TSNonNullExpression":
      case "TSAsExpression":
      case "TSSatisfiesExpression":
      case "TSTypeAssertion":
        target(pattern.expression, parent, scope, top, role);
        return;
      case "ParenthesizedExpression":
        target(pattern.expression, pattern, scope, top, role);
        return;
      default:
        visit(pattern, parent, scope, top);
    }
  };

  const collectTargets = (pattern: Node, scope: Scope, out: string[]): void => {
    switch (pattern.type) {
      case "Identifier":
        if (scope.ownerOf(pattern.name) === "cell") out.push(pattern.name);
        return;
      case "ObjectPattern":
        for (const property of pattern.properties)
          collectTargets(property.type === "RestElement" ? property.argument : property.value, scope, out);
        return;
      case "ArrayPattern":
        for (const element of pattern.elements) if (element) collectTargets(element, scope, out);
        return;
      case "AssignmentPattern":
        collectTargets(pattern.left, scope, out);
        return;
      case "RestElement":
        collectTargets(pattern.argument, scope, out);
        return;
      case "TSNonNullExpression":
      case "TSAsExpression":
      case "TSSatisfiesExpression":
      case "TSTypeAssertion":
        collectTargets(pattern.expression, scope, out);
        return;
    }
  };

  visit(program, program, root, true);
}
