// Says what is wrong with a notebook file, in words and by cell, before any
// other code touches it. It checks the parts of nbformat 4 that running and
// exporting rely on; unknown extra keys are allowed and kept.

type Json = Record<string, unknown>;

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isText = (value: unknown): boolean =>
  typeof value === "string" || (Array.isArray(value) && value.every((line) => typeof line === "string"));

const ID = /^[a-zA-Z0-9_-]{1,64}$/;

function outputProblems(output: unknown, at: string): string[] {
  if (!isObject(output)) return [`${at} is not an object`];
  switch (output.output_type) {
    case "stream":
      return [
        ...(typeof output.name === "string" ? [] : [`${at} is a stream without a name`]),
        ...(isText(output.text) ? [] : [`${at} is a stream without text`]),
      ];
    case "display_data":
    case "execute_result":
      return isObject(output.data) ? [] : [`${at} has no data`];
    case "error":
      return typeof output.ename === "string" &&
        typeof output.evalue === "string" &&
        Array.isArray(output.traceback)
        ? []
        : [`${at} is an error without ename, evalue and traceback`];
    case undefined:
      return [`${at} has no output_type`];
    default:
      return [`${at} has the unknown output_type ${JSON.stringify(output.output_type)}`];
  }
}

function cellProblems(cell: unknown, index: number): string[] {
  const at = `cell ${index + 1}`;
  if (!isObject(cell)) return [`${at} is not an object`];
  const problems: string[] = [];
  if (!["code", "markdown", "raw"].includes(cell.cell_type as string)) {
    problems.push(`${at} has the unknown cell_type ${JSON.stringify(cell.cell_type)}`);
  }
  if (!isText(cell.source)) problems.push(`${at} has no source text`);
  if (cell.metadata !== undefined && !isObject(cell.metadata))
    problems.push(`${at}: metadata is not an object`);
  if (cell.cell_type === "code") {
    if (cell.outputs !== undefined && !Array.isArray(cell.outputs))
      problems.push(`${at}: outputs is not a list`);
    for (const [k, output] of ((cell.outputs as unknown[] | undefined) ?? []).entries()) {
      problems.push(...outputProblems(output, `${at}, output ${k + 1}`));
    }
    const count = cell.execution_count;
    if (count !== undefined && count !== null && !Number.isInteger(count)) {
      problems.push(`${at}: execution_count is neither a whole number nor null`);
    }
  }
  return problems;
}

/** Problems of a parsed notebook file; an empty list means it is a notebook we can hold. */
export function notebookProblems(value: unknown): string[] {
  if (!isObject(value)) return ["the file holds no JSON object"];
  if (value.nbformat !== 4) {
    return [
      value.nbformat === undefined
        ? "it has no nbformat: not a Jupyter notebook"
        : `it is nbformat ${JSON.stringify(value.nbformat)}; only 4 is supported (convert it with: jupyter nbconvert --to notebook)`,
    ];
  }
  const problems: string[] = [];
  if (value.metadata !== undefined && !isObject(value.metadata)) problems.push("metadata is not an object");
  if (!Array.isArray(value.cells)) return [...problems, "cells is not a list"];
  for (const [index, cell] of value.cells.entries()) problems.push(...cellProblems(cell, index));
  return problems;
}

/** Whether `id` is a cell id that nbformat 4.5 allows. */
export function isCellId(id: unknown): id is string {
  return typeof id === "string" && ID.test(id);
}
