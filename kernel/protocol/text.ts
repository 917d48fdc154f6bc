// Positions: Jupyter counts Unicode code points, JavaScript and the language server UTF-16 units.

export function toUtf16(text: string, codePoints: number): number {
  let at = 0;
  for (let n = 0; n < codePoints && at < text.length; n++) at += text.codePointAt(at)! > 0xffff ? 2 : 1;
  return at;
}

export function toCodePoints(text: string, utf16: number): number {
  let n = 0;
  for (let at = 0; at < Math.min(utf16, text.length); n++) at += text.codePointAt(at)! > 0xffff ? 2 : 1;
  return n;
}
