/** A check that costs nothing at run time: does this expression have exactly that type? */

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

export function expectType<T>() {
  return <U>(_value: U, ..._same: Equal<T, U> extends true ? [] : ["the types differ"]): void => {};
}
