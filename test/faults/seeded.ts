// Damage that can be repeated: a seeded stream, and the ways in which bytes and texts go wrong on their way.

/** Numbers in [0, 1) (mulberry32). */
export function stream(seed: number): () => number {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const ODD_BYTES = [0, 1, 9, 10, 13, 34, 39, 40, 44, 45, 48, 57, 91, 92, 93, 123, 125, 127, 128, 255];

/** One to four changes: bits, bytes, cuts, repetitions, insertions. */
export function damage(bytes: Uint8Array, next: () => number): Uint8Array {
  let out = Uint8Array.from(bytes);
  const at = (): number => Math.floor(next() * out.length);
  for (let n = 1 + Math.floor(next() * 4); n > 0 && out.length > 0; n--) {
    switch (Math.floor(next() * 6)) {
      case 0:
        out[at()]! ^= 1 << Math.floor(next() * 8);
        break;
      case 1:
        out[at()] = ODD_BYTES[Math.floor(next() * ODD_BYTES.length)]!;
        break;
      case 2:
        out = out.slice(0, at());
        break;
      case 3: {
        const from = at();
        const piece = out.slice(from, from + 1 + Math.floor(next() * 16));
        out = joined(out.slice(0, from), piece, out.slice(from));
        break;
      }
      case 4: {
        const from = at();
        out = joined(out.slice(0, from), out.slice(from + 1 + Math.floor(next() * 8)));
        break;
      }
      default: {
        const from = at();
        const noise = Uint8Array.from({ length: 1 + Math.floor(next() * 8) }, () => Math.floor(next() * 256));
        out = joined(out.slice(0, from), noise, out.slice(from));
      }
    }
  }
  return out;
}

/** One to three changes to a text, made of pieces that its language knows. */
export function damageText(text: string, pieces: readonly string[], next: () => number): string {
  let out = text;
  for (let n = 1 + Math.floor(next() * 3); n > 0; n--) {
    const from = Math.floor(next() * (out.length + 1));
    const to = Math.min(out.length, from + Math.floor(next() * 6));
    const piece = next() < 0.7 ? pieces[Math.floor(next() * pieces.length)]! : "";
    out = out.slice(0, from) + piece + out.slice(to);
  }
  return out;
}

function joined(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((n, part) => n + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
