// Bytes that become text as Node's Buffer does.
export class Bytes extends Uint8Array {
  toString() {
    return new TextDecoder().decode(this);
  }
}
