/**
 * The error function and its complement, right to about one unit in the last place.
 *
 * Rational approximations on four ranges of |x|, after W. J. Cody (1969) with the coefficients of Sun's
 * fdlibm (1993): around 0, around 1, and e^(−x²) times a function of 1/x² beyond.
 */

const COEFFICIENTS = {
  pp: [
    0.12837916709551256, -0.3250421072470015, -0.02848174957559851, -0.005770270296489442,
    -2.3763016656650163e-5,
  ],
  qq: [
    1, 0.39791722395915535, 0.0650222499887673, 0.005081306281875766, 0.00013249473800432164,
    -3.960228278775368e-6,
  ],
  pa: [
    -0.0023621185607526594, 0.41485611868374833, -0.3722078760357013, 0.31834661990116175,
    -0.11089469428239668, 0.035478304325618236, -0.002166375594868791,
  ],
  qa: [
    1, 0.10642088040084423, 0.540397917702171, 0.07182865441419627, 0.12617121980876164, 0.01363708391202905,
    0.011984499846799107,
  ],
  ra: [
    -0.009864944034847148, -0.6938585727071818, -10.558626225323291, -62.375332450326006, -162.39666946257347,
    -184.60509290671104, -81.2874355063066, -9.814329344169145,
  ],
  sa: [
    1, 19.651271667439257, 137.65775414351904, 434.56587747522923, 645.3872717332679, 429.00814002756783,
    108.63500554177944, 6.570249770319282, -0.0604244152148581,
  ],
  rb: [
    -0.0098649429247001, -0.799283237680523, -17.757954917754752, -160.63638485582192, -637.5664433683896,
    -1025.0951316110772, -483.5191916086514,
  ],
  sb: [
    1, 30.33806074348246, 325.7925129965739, 1536.729586084437, 3199.8582195085955, 2553.0504064331644,
    474.52854120695537, -22.44095244658582,
  ],
} as const;

/** Σ c[i] xⁱ. */
function polynomial(c: readonly number[], x: number): number {
  let sum = 0;
  for (let i = c.length - 1; i >= 0; i--) sum = sum * x + c[i];
  return sum;
}

const { pp, qq, pa, qa, ra, sa, rb, sb } = COEFFICIENTS;
/** erf(1), to the precision of a float32. */
const NEAR_ONE = 0.8450629115104675;
const FLOAT = new Float32Array(1);

/** erf(x) for |x| < 0.84375. */
const inner = (x: number): number => x + (x * polynomial(pp, x * x)) / polynomial(qq, x * x);
/** erf(a) − erf(1) for 0.84375 ≤ a < 1.25. */
const middle = (a: number): number => polynomial(pa, a - 1) / polynomial(qa, a - 1);

/** erfc(a) for a ≥ 1.25. */
function tail(a: number): number {
  const s = 1 / (a * a);
  const ratio = a < 1 / 0.35 ? polynomial(ra, s) / polynomial(sa, s) : polynomial(rb, s) / polynomial(sb, s);
  // e^(−a²) through a rounded to fewer digits, whose square is exact.
  FLOAT[0] = a;
  const z = FLOAT[0];
  return (Math.exp(-z * z - 0.5625) * Math.exp((z - a) * (z + a) + ratio)) / a;
}

/** 2/√π ∫₀ˣ e^(−t²) dt. */
export function erf(x: number): number {
  const a = Math.abs(x);
  if (Number.isNaN(x)) return Number.NaN;
  if (a < 0.84375) return inner(x);
  if (a >= 6) return Math.sign(x);
  return Math.sign(x) * (a < 1.25 ? NEAR_ONE + middle(a) : 1 - tail(a));
}

/** 1 − erf(x), accurate in the far right tail too. */
export function erfc(x: number): number {
  if (x < 0.25) return 1 - erf(x);
  if (x < 0.84375) return 0.5 - (inner(x) - 0.5);
  if (x < 1.25) return 1 - NEAR_ONE - middle(x);
  return x > 28 ? 0 : tail(x);
}
