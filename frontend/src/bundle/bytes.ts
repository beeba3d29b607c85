// Base64 to numbers.
import { Refusal } from "./check.ts";

const native = (Uint8Array as unknown as { fromBase64?: (base64: string) => Uint8Array<ArrayBuffer> }).fromBase64;

export function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  if (native) return native.call(Uint8Array, base64); // since 2025; ten times as fast
  const binary = atob(base64);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

/** `count` bytes. */
export function decodeBytes(base64: string, count: number, where: string): Uint8Array {
  const bytes = decoded(base64, where);
  if (bytes.length !== count) throw new Refusal(where, `${count} bytes`, `${bytes.length} bytes`);
  return bytes;
}

/** `count` finite little-endian float32 numbers. */
export function decodeFloats(base64: string, count: number, where: string): Float32Array {
  const bytes = decodeBytes(base64, 4 * count, where);
  const view = new DataView(bytes.buffer);
  const floats = new Float32Array(count);
  for (let i = 0; i < count; i++) floats[i] = view.getFloat32(4 * i, true);
  const bad = floats.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new Refusal(`${where}[${bad}]`, "a finite number", floats[bad]);
  return floats;
}

function decoded(base64: string, where: string): Uint8Array<ArrayBuffer> {
  try {
    return bytesOf(base64);
  } catch {
    throw new Refusal(where, "base64 text", base64);
  }
}
