/**
 * Two slips at once: one made on the truth meets one undone on the claim, or one of them together with a
 * sign, a factor or a transpose of the whole.
 */

import { isNegative, neg } from "../expr/build.ts";
import type { Expr } from "../expr/expr.ts";
import { type Candidate, type Context, gradientsOf, show, symbolsOf } from "./context.ts";
import { computed, type Judge, same } from "./judge.ts";
import { describeNumberShort } from "./numbers.ts";
import { kindOf, slipText } from "./slip-text.ts";
import { type Slip, slips } from "./slips.ts";

interface Made {
  slip: Slip | undefined;
  whose: "truth" | "claim";
  value: ArrayLike<number>;
}

export function pairCandidates(c: Context): Candidate[] {
  const { judge, claim } = c;
  const symbols = [...symbolsOf(c), ...gradientsOf(c)];
  const truths = c.subject.forms().filter((e) => e.weight <= 60);
  const spoilt = truths.flatMap((e) => made(judge, e, symbols, "truth", 800));
  const mended = claim && claim.weight <= 60 ? made(judge, claim, symbols, "claim", 1200) : [];
  const out: Candidate[] = [];
  // Claim and truth in the original, too: then the other side's slip needs only a number.
  spoilt.push({ slip: undefined, whose: "truth", value: judge.truth.subarray(0, judge.size) });
  mended.push({ slip: undefined, whose: "claim", value: judge.claim.subarray(0, judge.size) });
  const table = new Map<string, Made[]>();
  for (const m of spoilt)
    for (const key of fingerprints(m.value)) table.set(key, [...(table.get(key) ?? []), m]);
  for (const a of mended)
    for (const b of new Set(fingerprints(a.value).flatMap((key) => table.get(key) ?? []))) {
      if (!a.slip && !b.slip) continue;
      const ca = a.slip ? judge.column(a.slip.expr) : judge.claim;
      const cb = b.slip ? judge.column(b.slip.expr) : judge.truth;
      if (!ca || !cb) continue;
      const k = judge.ratio(ca, cb);
      if (k === undefined) continue;
      const plain = Math.abs(k - 1) < 1e-7;
      if ((!plain && a.slip && b.slip) || (plain && !(a.slip && b.slip))) continue;
      if (!plain && !simple(k)) continue;
      if (plain && !same(ca, cb, judge.size)) continue;
      const replaced = a.slip?.kind === "dropped term" && b.slip?.kind === "dropped term";
      out.push(replaced ? otherTerm(c, a.slip as Slip, b.slip as Slip) : describe(c, a, b, k));
      if (out.length > 40) return out;
    }
  return out;
}

const simple = (k: number): boolean =>
  [1, 2, 3, 4, 5, 6, 7, 8, 10].some((n) => [n, 1 / n].some((x) => Math.abs(Math.abs(k) - x) < 1e-6 * x));

function made(judge: Judge, e: Expr, symbols: readonly Expr[], whose: Made["whose"], limit: number): Made[] {
  return slips(e, { symbols, limit }).flatMap((slip) => {
    const value = computed(judge.points[0], slip.expr)?.values() as ArrayLike<number> | undefined;
    return value?.length === judge.size ? [{ slip, whose, value }] : [];
  });
}

/** Equal up to a factor: the entries relative to the largest, to five digits, and their neighbours in rounding. */
function fingerprints(v: ArrayLike<number>): string[] {
  let [top, at] = [0, 0];
  for (let i = 0; i < v.length; i++)
    if (Math.abs(v[i]) > top * (1 + 1e-6)) {
      top = Math.abs(v[i]);
      at = i;
    }
  if (!(top > 0) || !Number.isFinite(top)) return [];
  let [a, b] = [0, 0];
  for (let i = 0; i < v.length; i++) {
    a += (v[i] / v[at]) * Math.sin(1 + 1.3 * i);
    b += (v[i] / v[at]) * Math.cos(2 + 0.7 * i);
  }
  // One number is its own largest: then compare the numbers themselves.
  if (v.length === 1) return ["scalar"];
  const key = (x: number, d: number): number => Math.floor(x * 1e5 + d);
  return [0, 0.5].flatMap((p) => [0, 0.5].map((q) => `${p}${q}|${key(a, p)}|${key(b, q)}`));
}

const COST: Record<string, number> = {
  "wrong quantity": 1,
  function: 1.5,
  power: 1.2,
  sign: 0.3,
  factor: 0.3,
};

function describe(c: Context, a: Made, b: Made, k: number): Candidate {
  const kinds: string[] = [];
  const parts: string[] = [];
  for (const m of [b, a])
    if (m.slip) {
      kinds.push(kindOf(m.slip, m.whose));
      parts.push(slipText(c, m.slip, m.whose));
    }
  if (Math.abs(k - 1) >= 1e-7) {
    // mended claim = k · truth, or claim = k · spoilt truth
    kinds.push(Math.abs(k + 1) < 1e-7 ? "sign" : "factor");
    parts.push(Math.abs(k + 1) < 1e-7 ? "the sign of the whole is wrong" : describeNumberShort(k));
  }
  const cost = 6 + kinds.reduce((s, x) => s + (COST[x] ?? 0.6), 0);
  return {
    kinds,
    cost,
    fix: !b.slip && a.slip && Math.abs(k - 1) >= 1e-7 ? undefined : undefined,
    sentence: () => `Two slips: ${parts.map(lower).join("; and ")}.`,
  };
}

/** All but one term agrees: not two slips but a wrong term. */
function otherTerm(c: Context, claimed: Slip, right: Slip): Candidate {
  const plain = (e: Expr): Expr => (isNegative(e) ? neg(e) : e);
  const both = isNegative(claimed.before) && isNegative(right.before);
  const [w, r] = both ? [plain(claimed.before), plain(right.before)] : [claimed.before, right.before];
  return {
    kinds: ["wrong term"],
    cost: 6.2,
    sentence: () =>
      `One term is wrong: instead of ${show(c, w)} it should be ${show(c, r)}. The rest is right.`,
  };
}

const lower = (s: string): string => (/^[A-Z][a-z]/.test(s) ? s[0].toLowerCase() + s.slice(1) : s);
