// node:util's inspect, as far as texts for people need it.
const custom = Symbol.for("nodejs.util.inspect.custom");

export function inspect(value) {
  if (typeof value === "string") return `'${value}'`;
  if (typeof value !== "object" || value === null) return String(value);
  if (typeof value[custom] === "function") return value[custom](2, {}, inspect);
  if (Array.isArray(value)) return `[ ${value.map(inspect).join(", ")} ]`;
  if (Object.getPrototypeOf(value) !== Object.prototype) return String(value);
  const entries = Object.entries(value).map(([key, each]) => `${key}: ${inspect(each)}`);
  return `{ ${entries.join(", ")} }`;
}

inspect.custom = custom;
