/**
 * Shapes as the type checker sees them: a tuple of literal sizes and names, e.g. `["N", 64]`.
 * `any` (the default) is a shape nobody stated; plain `number` a size not known until it runs.
 */

export type Dim = number | string;
export type Shape = readonly Dim[];
