// The types of what TypeScript uses of lock.mjs.
export function missingEntries(packages: Record<string, unknown>): Record<string, unknown>;
