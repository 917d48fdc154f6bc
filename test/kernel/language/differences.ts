// Where our result is not stock tslab's, and why. Keys are the sequence's name and the cell.
// The test also fails when an entry no longer differs, so that the list stays true.
const SHORTHAND =
  "tslab leaves the names in `{ a, b }` alone when they are an earlier cell's, so that it reads and writes globals instead";
const INTERNAL_NAME = "tslab names a function after the variable in which it keeps the value";

export const differences: Record<string, Record<string, string>> = {
  "destructuring assignment is a value": { "a + b": SHORTHAND },
  "shorthand properties": { "({ a, b })": SHORTHAND },
  "destructuring into earlier names": { "({ a, b = 9 } = { a: 4 } as any); [a, b]": SHORTHAND },
  "function value": { "() => 1": INTERNAL_NAME, "async () => {}": INTERNAL_NAME },
  "loop variable that exists": {
    h: "tslab forgets to hand on a variable that a `for … in` of its own cell sets",
  },
  "names after a failed redeclaration": {
    "typeof k":
      "in tslab a cell that fails takes the old value of the names it declares with it; here it stays",
  },
};
