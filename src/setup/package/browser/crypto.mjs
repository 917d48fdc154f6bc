// node:crypto as far as the library uses it: SHA-256 of text, for names made from contents (FIPS 180-4).
const fraction = (x) => ((x - Math.floor(x)) * 2 ** 32) >>> 0;
const primes = [];
for (let n = 2; primes.length < 64; n++) if (primes.every((p) => n % p !== 0)) primes.push(n);
const K = primes.map((p) => fraction(Math.cbrt(p)));
const START = primes.slice(0, 8).map((p) => fraction(Math.sqrt(p)));
const turn = (x, n) => (x >>> n) | (x << (32 - n));

function sha256(bytes) {
  const blocks = Math.ceil((bytes.length + 9) / 64);
  const data = new Uint8Array(blocks * 64);
  data.set(bytes);
  data[bytes.length] = 0x80;
  const view = new DataView(data.buffer);
  view.setBigUint64(data.length - 8, BigInt(bytes.length) * 8n);
  const h = Uint32Array.from(START);
  const w = new Uint32Array(64);
  for (let at = 0; at < data.length; at += 64) {
    for (let t = 0; t < 64; t++) {
      if (t < 16) w[t] = view.getUint32(at + 4 * t);
      else {
        const [a, b] = [w[t - 15], w[t - 2]];
        const s0 = turn(a, 7) ^ turn(a, 18) ^ (a >>> 3);
        const s1 = turn(b, 17) ^ turn(b, 19) ^ (b >>> 10);
        w[t] = w[t - 16] + s0 + w[t - 7] + s1;
      }
    }
    let [a, b, c, d, e, f, g, k] = h;
    for (let t = 0; t < 64; t++) {
      const s1 = turn(e, 6) ^ turn(e, 11) ^ turn(e, 25);
      const t1 = (k + s1 + ((e & f) ^ (~e & g)) + K[t] + w[t]) | 0;
      const s0 = turn(a, 2) ^ turn(a, 13) ^ turn(a, 22);
      const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      [k, g, f, e, d, c, b, a] = [g, f, e, (d + t1) | 0, c, b, a, (t1 + t2) | 0];
    }
    for (const [i, x] of [a, b, c, d, e, f, g, k].entries()) h[i] += x;
  }
  return h;
}

export function createHash(name) {
  if (name !== "sha256") throw new Error(`There is no ${name} here, only sha256.`);
  let text = "";
  return {
    update(more) {
      text += more;
      return this;
    },
    digest: () =>
      Array.from(sha256(new TextEncoder().encode(text)), (x) => x.toString(16).padStart(8, "0")).join(""),
  };
}
