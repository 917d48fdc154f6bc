/**
 * Shapes as the type checker sees them: a tuple of literal sizes and names, e.g. `["N", 64]`.
 *
 * `any` (the default) is a shape nobody stated and fits everything; `number` is a size known only when
 * the code runs. A contradiction becomes a parameter type that no tensor has, named by the message:
 * the checker prints it before the cell runs. Rules here follow shape.ts and ops/; keep them in step.
 */

import type { Tensor } from "./tensor.ts";

export type Dim = number | string;
export type Shape = readonly Dim[];

type IsAny<T> = 0 extends 1 & T ? true : false;
type EitherAny<A, B> = IsAny<A> extends true ? true : IsAny<B>;

declare const mismatch: unique symbol;
/** A parameter nothing fits; its argument is the message. */
export interface Mismatch<Message extends string> {
  readonly [mismatch]: Message;
}

/** `N, 64`, for messages. */
type Sizes<S extends Shape> = S extends readonly [infer A extends Dim, ...infer R extends Shape]
  ? R extends readonly []
    ? `${A}`
    : `${A}, ${Sizes<R>}`
  : "";
type Text<S extends Shape> = IsAny<S> extends true ? "?" : `[${Sizes<S>}]`;

/** Whether two sizes can be the same; `number` can be any. */
type Same<X, Y> = number extends X ? true : number extends Y ? true : X extends Y ? true : false;
/** The more precise of two sizes that can be the same. */
type Known<X, Y> = number extends X ? Y : X;

// Elementwise ------------------------------------------------------------------------------------

type JoinDim<X, Y> = X extends 1 ? Y : Y extends 1 ? X : Same<X, Y> extends true ? Known<X, Y> : never;

/** The shape of two broadcast operands; contains `never` when they do not fit. */
export type Broadcast<A extends Shape, B extends Shape> =
  EitherAny<A, B> extends true
    ? any
    : [A, B] extends [B, A]
      ? A
      : A extends readonly [...infer AR extends Shape, infer AL extends Dim]
        ? B extends readonly [...infer BR extends Shape, infer BL extends Dim]
          ? [...Broadcast<AR, BR>, JoinDim<AL, BL>]
          : A
        : B;

type HasNever<S> = S extends readonly [infer A, ...infer R]
  ? [A] extends [never]
    ? true
    : HasNever<R>
  : false;

/** An operand for an elementwise operation on a tensor of shape A. */
export type Operand<A extends Shape, B extends Shape> = Tensor<B> &
  (EitherAny<A, B> extends true
    ? unknown
    : HasNever<Broadcast<A, B>> extends true
      ? Mismatch<`shapes ${Text<A>} and ${Text<B>} do not broadcast`>
      : unknown);

// Products ---------------------------------------------------------------------------------------

type Inner<A, B> = A extends readonly [...any, infer K]
  ? B extends readonly [infer K2] | readonly [...any, infer K2, any]
    ? Same<K, K2>
    : true
  : true;

/** The right operand of a matrix product with a left operand of shape A. */
export type Factor<A extends Shape, B extends Shape> = Tensor<B> &
  (EitherAny<A, B> extends true
    ? unknown
    : Inner<A, B> extends true
      ? unknown
      : Mismatch<`matmul: ${Text<A>} @ ${Text<B>}: the inner sizes differ`>);

export type Product<A extends Shape, B extends Shape> =
  EitherAny<A, B> extends true
    ? any
    : A extends readonly [infer M extends Dim, any]
      ? B extends readonly [any, infer N extends Dim]
        ? [M, N]
        : B extends readonly [any]
          ? [M]
          : any
      : A extends readonly [any]
        ? B extends readonly [any, infer N extends Dim]
          ? [N]
          : B extends readonly [any]
            ? []
            : any
        : any;

// Layout -----------------------------------------------------------------------------------------

export type Transposed<S extends Shape> =
  IsAny<S> extends true
    ? any
    : S extends readonly [...infer R extends Shape, infer X extends Dim, infer Y extends Dim]
      ? [...R, Y, X]
      : S;

/** A shape given as literals or names; −1 is a size found when the code runs, and unknown rank is any shape. */
export type Reshaped<R extends Shape> =
  IsAny<R> extends true
    ? any
    : number extends R["length"]
      ? any
      : { -readonly [I in keyof R]: R[I] extends -1 ? number : R[I] };

/** The shape without axis A (with size 1 when Keep), or all axes when A is undefined. */
export type Reduced<S extends Shape, A, Keep> =
  IsAny<S> extends true
    ? any
    : A extends number
      ? number extends A
        ? any
        : DropAxis<S, A, Keep extends true ? [1] : []>
      : A extends undefined | null
        ? Keep extends true
          ? { -readonly [I in keyof S]: 1 }
          : []
        : any;

type DropAxis<S extends Shape, A extends number, With extends Shape> = A extends -1
  ? S extends readonly [...infer R extends Shape, any]
    ? [...R, ...With]
    : any
  : A extends 0
    ? S extends readonly [any, ...infer R extends Shape]
      ? [...With, ...R]
      : any
    : A extends 1
      ? S extends readonly [infer X extends Dim, any, ...infer R extends Shape]
        ? [X, ...With, ...R]
        : any
      : any;
