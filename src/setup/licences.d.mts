// The types of what TypeScript uses of licences.mjs.
export function accepted(licence: string): boolean;
export function packages(): { name: string; version: string; licence: string; shipped: boolean }[];
