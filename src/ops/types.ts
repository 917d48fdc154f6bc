/**
 * Shape types of the operations that join, contract and slide: einsum, concat, stack, conv2d, pooling.
 *
 * They need a little arithmetic on sizes. A size of up to three digits becomes a tuple of that length, so
 * that adding joins tuples and dividing takes them apart; anything larger, named or unknown gives `number`.
 */

import type { Tensor } from "../tensor/tensor.ts";
import type { Dim, IsAny, Known, Mismatch, Same, Shape, Text } from "../tensor/types.ts";

/** The shapes of a tuple of tensors; a shape nobody stated is `any`. */
export type ShapesOf<T extends readonly Tensor[]> = {
  -readonly [I in keyof T]: T[I] extends Tensor<infer S> ? S : never;
};

type AnyIn<L> = L extends readonly [infer S, ...infer R] ? (IsAny<S> extends true ? true : AnyIn<R>) : false;
/** Whether the list has a known length and every shape in it is stated. */
type Stated<L extends readonly unknown[]> = number extends L["length"]
  ? false
  : AnyIn<L> extends true
    ? false
    : true;

// Arithmetic -------------------------------------------------------------------------------------

interface Units {
  "0": [];
  "1": [0];
  "2": [0, 0];
  "3": [0, 0, 0];
  "4": [0, 0, 0, 0];
  "5": [0, 0, 0, 0, 0];
  "6": [0, 0, 0, 0, 0, 0];
  "7": [0, 0, 0, 0, 0, 0, 0];
  "8": [0, 0, 0, 0, 0, 0, 0, 0];
  "9": [0, 0, 0, 0, 0, 0, 0, 0, 0];
}
type Digit = keyof Units;
type Ten<T extends 0[]> = [...T, ...T, ...T, ...T, ...T, ...T, ...T, ...T, ...T, ...T];
/** A tuple of N elements for a literal N below 1000, else never. */
type Count<N> = N extends number
  ? `${N}` extends Digit
    ? Units[`${N}`]
    : `${N}` extends `${infer A extends Digit}${infer R}`
      ? R extends Digit
        ? [...Ten<Units[A]>, ...Units[R]]
        : R extends `${infer B extends Digit}${infer C extends Digit}`
          ? [...Ten<[...Ten<Units[A]>, ...Units[B]]>, ...Units[C]]
          : never
      : never
  : never;

/** X + Y. */
type Plus<X, Y> = [Count<X>, Count<Y>] extends [infer A extends 0[], infer B extends 0[]]
  ? [A] extends [never]
    ? number
    : [B] extends [never]
      ? number
      : [...A, ...B]["length"]
  : number;
/** ⌊T / D⌋, counting in Q. */
type Quotient<T extends 0[], D extends 0[], Q extends 0[] = []> = number extends T["length"]
  ? 0[]
  : T extends readonly [...D, ...infer R extends 0[]]
    ? Quotient<R, D, [...Q, 0]>
    : Q;

// Joining ----------------------------------------------------------------------------------------

type At<S extends Shape, A extends number, I extends 0[] = []> = `${I["length"]}` extends `${A}`
  ? true
  : `${A}` extends `-${S["length"]}`
    ? true
    : false;

/** Two shapes joined along axis A; a message where they differ elsewhere. */
type Join<X extends Shape, Y extends Shape, A extends number, I extends 0[] = []> = X extends readonly [
  infer P extends Dim,
  ...infer PR extends Shape,
]
  ? Y extends readonly [infer Q extends Dim, ...infer QR extends Shape]
    ? At<X, A, I> extends true
      ? [Plus<P, Q>, ...Join<PR, QR, A, [...I, 0]>]
      : [Same<P, Q> extends true ? Known<P, Q> : never, ...Join<PR, QR, A, [...I, 0]>]
    : [never]
  : Y extends readonly []
    ? []
    : [never];

type JoinAll<L, A extends number> = L extends readonly [
  infer X extends Shape,
  infer Y extends Shape,
  ...infer R extends Shape[],
]
  ? JoinAll<[Join<X, Y, A>, ...R], A>
  : L extends readonly [infer X extends Shape]
    ? X
    : any;

type HasNever<S> = S extends readonly [infer A, ...infer R]
  ? [A] extends [never]
    ? true
    : HasNever<R>
  : false;

/** The shape of tensors joined along axis A. */
export type Concatenated<L extends readonly unknown[], A> = A extends number
  ? number extends A
    ? any
    : Stated<L> extends true
      ? JoinAll<L, A>
      : any
  : any;

type Listed<L> = L extends readonly [infer S extends Shape, ...infer R]
  ? R extends readonly []
    ? Text<S>
    : `${Text<S>}, ${Listed<R>}`
  : "";

/** What `concat` demands of its tensors. */
export type Joinable<L extends readonly unknown[], A> =
  IsAny<Concatenated<L, A>> extends true
    ? unknown
    : HasNever<Concatenated<L, A>> extends true
      ? Mismatch<`concat: ${Listed<L>} differ outside axis ${A & number}`>
      : unknown;

type Insert<S extends Shape, A extends number, N, I extends 0[] = []> = `${I["length"]}` extends `${A}`
  ? [N, ...S]
  : `${A}` extends `-${[0, ...S]["length"]}`
    ? [N, ...S]
    : S extends readonly [infer X extends Dim, ...infer R extends Shape]
      ? [X, ...Insert<R, A, N, [...I, 0]>]
      : [];
/** S with a new axis of size N at place A. */
export type Inserted<S extends Shape, A, N> =
  IsAny<S> extends true ? any : A extends number ? (number extends A ? any : Insert<S, A, N>) : any;

/** The shape of tensors of one shape along a new axis A. */
export type Stacked<L extends readonly unknown[], A> =
  Stated<L> extends true
    ? L extends readonly [infer S extends Shape, ...unknown[]]
      ? Inserted<S, A, L["length"]>
      : any
    : any;

// Contracting ------------------------------------------------------------------------------------

interface Fault<Message extends string> {
  fault: Message;
}

/** Binds the labels of one operand to its sizes, beside those bound already. */
type Bind<L extends string, S extends Shape, E> = L extends `${infer C}${infer R}`
  ? C extends " "
    ? Bind<R, S, E>
    : S extends readonly [infer D extends Dim, ...infer T extends Shape]
      ? C extends keyof E
        ? Same<E[C], D> extends true
          ? Bind<R, T, { [K in keyof E]: K extends C ? Known<E[K], D> : E[K] }>
          : Fault<`label ${C} stands for ${E[C] & Dim} and for ${D}`>
        : Bind<R, T, E & { [K in C]: D }>
      : Fault<"an operand has fewer axes than labels">
  : S extends readonly []
    ? E
    : Fault<"an operand has more axes than labels">;

type BindAll<Inputs extends string, L, E = unknown> =
  E extends Fault<string>
    ? E
    : L extends readonly [infer S extends Shape, ...infer R]
      ? Inputs extends `${infer First},${infer Rest}`
        ? R extends readonly []
          ? Fault<"there are more groups of labels than operands">
          : BindAll<Rest, R, Bind<First, S, E>>
        : R extends readonly []
          ? Bind<Inputs, S, E>
          : Fault<"there are fewer groups of labels than operands">
      : E;

type Read<L extends string, E> = L extends `${infer C}${infer R}`
  ? C extends " "
    ? Read<R, E>
    : C extends keyof E
      ? Read<R, E> extends infer T
        ? T extends Shape
          ? [E[C], ...T]
          : T
        : never
      : Fault<`no operand has the label ${C} of the result`>
  : [];

type Contract<F extends string, L extends readonly unknown[]> = string extends F
  ? any
  : F extends `${string}.${string}`
    ? any
    : F extends `${infer Inputs}->${infer Out}`
      ? Stated<L> extends true
        ? BindAll<Inputs, L> extends infer E
          ? E extends Fault<string>
            ? E
            : Read<Out, E>
          : any
        : any
      : any;

/** The shape of an Einstein sum with "->"; without it, one found when the code runs. */
export type Contracted<F extends string, L extends readonly unknown[]> =
  Contract<F, L> extends infer S extends Shape ? S : any;

/** What `einsum` demands of its formula. */
export type Formula<F extends string, L extends readonly unknown[]> =
  IsAny<Contract<F, L>> extends true
    ? unknown
    : Contract<F, L> extends Fault<infer Message>
      ? Mismatch<`einsum: ${Message}`>
      : unknown;

// Sliding ----------------------------------------------------------------------------------------

type First<P, Default> = P extends readonly [infer A, unknown] ? A : P extends number ? P : Default;
type Second<P, Default> = P extends readonly [unknown, infer B] ? B : P extends number ? P : Default;

/** ⌊(H + 2P − K)/S⌋ + 1 for dilation 1; a size found when the code runs where it is not known. */
type Extent<H, K, S, P> = [Count<H>, Count<K>, Count<S>, Count<P>] extends [
  infer h extends 0[],
  infer k extends 0[],
  infer s extends 0[],
  infer p extends 0[],
]
  ? [h] extends [never]
    ? number
    : [k] extends [never]
      ? number
      : [s] extends [never]
        ? number
        : [p] extends [never]
          ? number
          : s extends readonly []
            ? number
            : [...h, ...p, ...p] extends readonly [...k, ...infer Room extends 0[]]
              ? [...Quotient<Room, s>, 0]["length"]
              : number
  : number;

type Option<O, K extends string, Default> = O extends { readonly [P in K]: infer V } ? V : Default;
type Height<H, K, O, S> =
  Option<O, "dilation", 1> extends 1
    ? Option<O, "ceilMode", false> extends false
      ? Extent<H, K, First<Option<O, "stride", S>, number>, First<Option<O, "padding", 0>, number>>
      : number
    : number;
type Width<W, K, O, S> =
  Option<O, "dilation", 1> extends 1
    ? Option<O, "ceilMode", false> extends false
      ? Extent<W, K, Second<Option<O, "stride", S>, number>, Second<Option<O, "padding", 0>, number>>
      : number
    : number;

/** [N, O, H′, W′] of images X under kernels K. */
export type Convolved<X extends Shape, K extends Shape, O> =
  IsAny<X> extends true
    ? any
    : IsAny<K> extends true
      ? any
      : X extends readonly [infer N, any, infer H, infer W]
        ? K extends readonly [infer C, any, infer KH, infer KW]
          ? [N, C, Height<H, KH, O, 1>, Width<W, KW, O, 1>]
          : any
        : any;

/** What `conv2d` demands of its kernels. */
export type Kernels<X extends Shape, K extends Shape, O> =
  IsAny<X> extends true
    ? unknown
    : IsAny<K> extends true
      ? unknown
      : X extends readonly [any, infer C extends Dim, any, any]
        ? K extends readonly [any, infer C2 extends Dim, any, any]
          ? Option<O, "groups", 1> extends 1
            ? Same<C, C2> extends true
              ? unknown
              : Mismatch<`conv2d: images ${Text<X>} have ${C} channels, kernels ${Text<K>} read ${C2}`>
            : unknown
          : Mismatch<`conv2d: kernels must be [O, C, kH, kW], not ${Text<K>}`>
        : Mismatch<`conv2d: images must be [N, C, H, W], not ${Text<X>}`>;

/** Images of shape X, pooled by windows of K that step by themselves unless told. */
export type Pooled<X extends Shape, K, O> =
  IsAny<X> extends true
    ? any
    : X extends readonly [...infer L extends Shape, infer H extends Dim, infer W extends Dim]
      ? [...L, Height<H, First<K, number>, O, K>, Width<W, Second<K, number>, O, K>]
      : any;
