// The names a submission's files must have: First_Last_netID_A1 and what the
// sheet appends to it.
import { NotebookError } from "../format/types.ts";

/** A name such as First_Last_netID_A1, in its parts. */
export interface BundleName {
  first: string;
  last: string;
  netId: string;
  assignment: number;
  /** All of it: First_Last_netID_A1. */
  base: string;
}

const PART = "\\p{L}[\\p{L}\\p{M}'’.-]*";
const PATTERN = new RegExp(`^(${PART})_(${PART})_([A-Za-z][A-Za-z0-9]*)_A([1-9]\\d*)$`, "u");

/**
 * The parts of a name such as First_Last_netID_A1.
 * @throws NotebookError saying which part of the name is missing or wrong
 *
 * @example
 * ```ts
 * parseBundleName("Ada_Lovelace_al1_A2").netId; // → al1
 * parseBundleName("Ada_A2"); // throws it has 2 of 4 parts
 * ```
 */
export function parseBundleName(base: string): BundleName {
  const found = PATTERN.exec(base.normalize("NFC"));
  if (!found) {
    const parts = base.split("_");
    const why =
      parts.length < 4
        ? `it has ${parts.length} of 4 parts`
        : parts.length > 4
          ? `it has ${parts.length} parts; join double names with a hyphen`
          : !/^A[1-9]\d*$/.test(parts[3]!)
            ? `"${parts[3]}" is not an assignment such as A1`
            : !/^[A-Za-z][A-Za-z0-9]*$/.test(parts[2]!)
              ? `"${parts[2]}" is not a net ID (letters and digits)`
              : `"${parts.slice(0, 2).join("_")}" is not First_Last (letters, hyphens)`;
    throw new NotebookError(`the name "${base}" does not read First_Last_netID_A1: ${why}`);
  }
  const [, first, last, netId, assignment] = found as unknown as [string, string, string, string, string];
  return { first, last, netId, assignment: Number(assignment), base: base.normalize("NFC") };
}

/**
 * The four files of a submission.
 *
 * @example
 * ```ts
 * bundleFiles("Ada_Lovelace_al1_A2", "tex").code; // → Ada_Lovelace_al1_A2_code.pdf
 * ```
 */
export function bundleFiles(
  base: string,
  written: "tex" | "md",
): { text: string; pdf: string; notebook: string; code: string } {
  return {
    text: `${base}.${written}`,
    pdf: `${base}.pdf`,
    notebook: `${base}_code.ipynb`,
    code: `${base}_code.pdf`,
  };
}
