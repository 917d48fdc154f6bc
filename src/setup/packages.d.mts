// The types of what TypeScript uses of packages.mjs.
export function npmCommand(): [program: string, args: string[]];
export function packagesProblem(folder?: string): string | null;
