// Everything that happens to a cell before it runs: magics, types, JavaScript. Nothing here evaluates anything.

import type { Language } from "../language/index.ts";
import type { ErrorContent } from "../runtime/messages.ts";
import type { History } from "./history.ts";
import type { IoPub } from "./iopub.ts";
import { log } from "./log.ts";
import { helpOverview, MagicError, magicHelp, type Policy, type Prepared, prepare } from "./magics.ts";
import { failure, type Origin, type Supervisor } from "./supervisor.ts";
import { hasNoCheck, syntaxError, typeErrors } from "./typecheck.ts";

/** What all queues of a kernel share. */
export interface Session {
  iopub: IoPub;
  supervisor: Supervisor;
  language: Language;
  history: History;
  policy: Policy;
  count: number;
  declared: Set<string>;
}

/** What the runtime is asked to do; `js` is null when there is nothing to run. */
export interface Plan {
  source: string;
  js: { code: string; map?: object | undefined } | null;
  time: boolean;
  expressions: {
    expressions: [key: string, js: string][];
    expressionErrors: [key: string, error: ErrorContent][];
  };
}

const NOTHING: Plan = {
  source: "",
  js: null,
  time: false,
  expressions: { expressions: [], expressionErrors: [] },
};

export async function planCell(
  session: Session,
  origin: Origin,
  name: string,
  source: string,
  content: Record<string, any>,
): Promise<Plan | ErrorContent> {
  let prepared: Prepared;
  try {
    prepared = prepare(source, (word) => session.declared.has(word));
  } catch (error) {
    if (error instanceof MagicError) return failure("MagicError", error.message);
    throw error;
  }
  if (prepared.policy) session.policy = prepared.policy;
  if (prepared.help !== null) origin.payload.push(await help(session.language, prepared.help));
  const { code } = prepared;
  const empty = code.trim() === "";
  if (empty && Object.keys(content["user_expressions"] ?? {}).length === 0) return NOTHING;
  const policy = hasNoCheck(code) ? "off" : (prepared.cellPolicy ?? session.policy);
  if (policy !== "off" && !empty) {
    const error = await check(session, origin, name, source, code);
    if (error && policy === "error") return error;
    if (error) note(session, origin, `${error.traceback.join("\n")}\n`);
  }
  try {
    const { js, map, names } = session.language.transform(origin.cell, code);
    session.language.commit(origin.cell, code);
    for (const word of names) session.declared.add(word);
    const expressions = planExpressions(session.language, content["user_expressions"]);
    return { source, js: { code: js, map }, time: prepared.time, expressions };
  } catch (error) {
    return syntaxError(name, source, error);
  }
}

/** Begins to check a cell while the one before it runs: what that declares is known by now. */
export function foresee(session: Session, cell: number, source: string): void {
  try {
    const { code, policy, cellPolicy } = prepare(source, (word) => session.declared.has(word));
    if (code.trim() === "" || hasNoCheck(code)) return;
    if ((cellPolicy ?? policy ?? session.policy) !== "off") session.language.foresee(cell, code);
  } catch (error) {
    if (!(error instanceof MagicError)) throw error; // it will be told when its turn comes
  }
}

async function check(
  session: Session,
  origin: Origin,
  name: string,
  source: string,
  code: string,
): Promise<ErrorContent | null> {
  try {
    const { diagnostics } = await session.language.check(origin.cell, code);
    for (const d of diagnostics) {
      if (d.category !== "warning") continue;
      note(
        session,
        origin,
        d.code === 0 ? `${d.message}\n` : `${name}:${d.line}:${d.column} TS${d.code}: ${d.message}\n`,
      );
    }
    return typeErrors(name, source, diagnostics);
  } catch (error) {
    log(`types could not be checked: ${(error as Error).message}`);
    note(session, origin, `types of this cell were not checked: ${(error as Error).message}\n`);
    return null;
  }
}

function note(session: Session, origin: Origin, text: string): void {
  if (!origin.silent) session.iopub.stream("stderr", text, origin.parent);
}

function planExpressions(language: Language, requested: unknown): Plan["expressions"] {
  const out: Plan["expressions"] = { expressions: [], expressionErrors: [] };
  if (typeof requested !== "object" || requested === null) return out;
  for (const [key, code] of Object.entries(requested)) {
    try {
      out.expressions.push([key, language.transform(0, String(code)).js]);
    } catch (error) {
      out.expressionErrors.push([key, syntaxError("expression", String(code), error)]);
    }
  }
  return out;
}

async function help(language: Language, name: string): Promise<object> {
  if (name === "") return { source: "page", data: { "text/plain": helpOverview() }, start: 0 };
  const found = /^[%!]/.test(name) ? null : await language.inspect(name, name.length, 1);
  const plain = found?.plain ?? magicHelp(name) ?? `nothing is known about ${name}`;
  const data = found ? { "text/plain": plain, "text/markdown": found.markdown } : { "text/plain": plain };
  return { source: "page", data, start: 0 };
}
