/**
 * Shapes as the type checker sees them: a tuple of literal sizes and names, e.g. `["N", 64]`.
 *
 * `any` (the default) is a shape nobody stated and fits everything; `number` is a size known only when
 * the code runs. A contradiction becomes a parameter type that no tensor has, named by the message:
 * the checker prints it before the cell runs. Rules here follow shape.ts and ops/; keep them in step.
 */

import type { Tensor } from "./tensor.ts";

/** A size known as a number, or by a name such as "N". */
export type Dim = number | string;
/** The sizes of the axes, as a type. */
export type Shape = readonly Dim[];

export type IsAny<T> = 0 extends 1 & T ? true : false;
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
export type Text<S extends Shape> = IsAny<S> extends true ? "?" : `[${Sizes<S>}]`;

/** Whether two sizes can be the same; `number` can be any. */
export type Same<X, Y> = number extends X ? true : number extends Y ? true : X extends Y ? true : false;
/** The more precise of two sizes that can be the same. */
export type Known<X, Y> = number extends X ? Y : X;

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

type Places<S extends Shape> = Extract<keyof S, `${number}`>;
/** The axes S has, counted from either end, as text. */
type AxesOf<S extends Shape> = Places<S> | `-${Exclude<Places<[0, ...S]>, "0">}`;
/** The literal axes in A, as text; `string` when they are known only when the code runs. */
type Chosen<A> = A extends number ? `${A}` : A extends readonly number[] ? `${A[number]}` : string;

/** What a literal axis (or list of them) for a tensor of shape S must be. */
export type AxisOf<S extends Shape, A> =
  IsAny<S> extends true
    ? unknown
    : A extends number | readonly number[]
      ? `${number}` extends Chosen<A>
        ? unknown
        : Exclude<Chosen<A>, AxesOf<S>> extends never
          ? unknown
          : Mismatch<`axis ${Exclude<Chosen<A>, AxesOf<S>>} is outside the shape ${Text<S>}`>
      : unknown;

/** The shape without the axes A (with size 1 when Keep), or without any when A is undefined. */
export type Reduced<S extends Shape, A, Keep> =
  IsAny<S> extends true
    ? any
    : A extends undefined | null
      ? Keep extends true
        ? { -readonly [I in keyof S]: 1 }
        : []
      : `${number}` extends Chosen<A>
        ? any
        : Drop<S, Chosen<A>, Keep extends true ? [1] : []>;

type Drop<S extends Shape, A extends string, With extends Shape, I extends 0[] = []> = S extends readonly [
  infer X extends Dim,
  ...infer R extends Shape,
]
  ? `${I["length"]}` extends A
    ? [...With, ...Drop<R, A, With, [...I, 0]>]
    : `-${S["length"]}` extends A
      ? [...With, ...Drop<R, A, With, [...I, 0]>]
      : [X, ...Drop<R, A, With, [...I, 0]>]
  : [];

/** The axes of S in the order given by literals. */
export type Permuted<S extends Shape, O extends readonly number[]> =
  IsAny<S> extends true
    ? any
    : number extends O["length"]
      ? any
      : { -readonly [I in keyof O]: `${O[I]}` extends keyof S ? S[`${O[I]}`] : number };
