// Patterns, on the left of `=`, in parameters, in loops. One that declares holds no uses of names but its defaults
// and computed keys; one that assigns sets the names in it. Each walk is here once, for whoever asks.
import type { Node } from "./parse.ts";

/** How a name is met: a plain read, or the direct target of `=`, `++`, a pattern or a loop. */
export type Role = "read" | "assign" | "update" | "pattern" | "loop";

type Visit = (node: Node, parent: Node) => void;

/** Calls `visit` for what a declaring pattern evaluates: decorators, computed keys and defaults. */
export function walkBinding(pattern: Node, parent: Node, visit: Visit): void {
  for (const decorator of pattern.decorators ?? []) visit(decorator, parent);
  switch (pattern.type) {
    case "ObjectPattern":
      for (const property of pattern.properties) {
        if (property.type === "RestElement") continue;
        if (property.computed) visit(property.key, property);
        walkBinding(property.value, property, visit);
      }
      return;
    case "ArrayPattern":
      for (const element of pattern.elements) if (element) walkBinding(element, pattern, visit);
      return;
    case "AssignmentPattern":
      walkBinding(pattern.left, pattern, visit);
      visit(pattern.right, pattern);
      return;
    case "RestElement":
      walkBinding(pattern.argument, pattern, visit);
      return;
    case "TSParameterProperty":
      walkBinding(pattern.parameter, pattern, visit);
      return;
    case "Identifier":
      return;
    default:
      visit(pattern, parent);
  }
}

export interface TargetVisitor {
  /** A name that is set; `shorthand` where it is the key as well, as in `({ name } = …)`. */
  name(node: Node, parent: Node, role: Role, shorthand: boolean): void;
  /** Anything evaluated on the way: members, computed keys, defaults. */
  visit: Visit;
}

export function walkTarget(pattern: Node, parent: Node, role: Role, on: TargetVisitor): void {
  const walk = (node: Node, above: Node, how: Role, shorthand: boolean): void => {
    switch (node.type) {
      case "Identifier":
        on.name(node, above, how, shorthand);
        return;
      case "ObjectPattern":
        for (const property of node.properties) {
          if (property.type === "RestElement") walk(property.argument, property, "pattern", false);
          else {
            if (property.computed) on.visit(property.key, property);
            walk(property.value, property, "pattern", property.shorthand === true);
          }
        }
        return;
      case "ArrayPattern":
        for (const element of node.elements) if (element) walk(element, node, "pattern", false);
        return;
      case "AssignmentPattern":
        walk(node.left, node, "pattern", shorthand);
        on.visit(node.right, node);
        return;
      case "RestElement":
        walk(node.argument, node, "pattern", false);
        return;
      case "TSNonNullExpression":
      case "TSAsExpression":
      case "TSSatisfiesExpression":
      case "TSTypeAssertion":
        walk(node.expression, above, how, shorthand);
        return;
      case "ParenthesizedExpression":
        walk(node.expression, node, how, shorthand);
        return;
      default:
        on.visit(node, above);
    }
  };
  walk(pattern, parent, role, false);
}

/** The names that an assigning pattern sets, in order. */
export function assignedNames(pattern: Node): string[] {
  const names: string[] = [];
  walkTarget(pattern, pattern, "pattern", { name: (node) => names.push(node.name), visit: () => {} });
  return names;
}
