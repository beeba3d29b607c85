// What a link of the laboratory carries: #lab=<version>.<kind>.<payload>. Parsing is total: any text gives one of these.
import { type Settings, settingsFrom, settingsText } from "./settings.ts";

export type Stroke = readonly (readonly [x: number, y: number])[]; // 0..255, from the pad's left upper corner

export type Link =
  | { kind: "none" } // not a link of the laboratory
  | { kind: "refused"; reason: string }
  | { kind: "recipe"; data: string; weights: string | null; settings: Settings }
  | { kind: "drawing"; strokes: readonly Stroke[] }
  | { kind: "pixels"; values: readonly number[] }
  | { kind: "weights"; data: string; bytes: readonly number[] };

const VERSION = "1";
const LONGEST = 4000;
const PART = 16; // hexadecimal digits of a digest
const MOST_POINTS = 1200;

/** What a fragment asks for. */
export function parse(hash: string): Link {
  const text = hash.startsWith("#") ? hash.slice(1) : hash;
  if (!text.startsWith("lab=")) return { kind: "none" };
  if (text.length > LONGEST) return refused(`expected at most ${LONGEST} characters, got ${text.length}`);
  if (!/^lab=[A-Za-z0-9_.~-]*$/.test(text)) return refused("expected letters, digits, _ . ~ -, got another character");
  const [version = "", kind = "", ...rest] = text.slice(4).split(".");
  if (version !== VERSION) return refused(`expected version ${VERSION}, got ${version.slice(0, 20) || "none"}`);
  if (kind === "r") return recipe(rest.join("."));
  if (kind === "d") return drawing(rest.join("."));
  if (kind === "p") return pixels(rest.join("."));
  if (kind === "w") return weights(rest.join("."));
  return refused(`expected a recipe (r), a drawing (d), pixels (p) or weights (w), got ${kind.slice(0, 20) || "none"}`);
}

export function recipeLink(data: string, weights: string | null, settings: Settings): string {
  const fields = settingsText(settings);
  return `#lab=${VERSION}.r.${data.slice(0, PART)}.${weights?.slice(0, PART) ?? "-"}.${fields}`;
}

export function drawingLink(strokes: readonly Stroke[]): string {
  const bytes = strokes.flatMap((stroke) => [
    stroke.length & 255,
    stroke.length >> 8,
    ...stroke.flatMap(([x, y]) => [byte(x), byte(y)]),
  ]);
  return `#lab=${VERSION}.d.${toBase64(bytes)}`;
}

export function pixelsLink(values: readonly number[]): string {
  return `#lab=${VERSION}.p.${toBase64(values.map(byte))}`;
}

export function weightsLink(data: string, bytes: readonly number[]): string {
  return `#lab=${VERSION}.w.${data.slice(0, PART)}.${toBase64(bytes)}`;
}

const byte = (value: number): number => Math.max(0, Math.min(255, Math.round(value)));

const refused = (reason: string): Link => ({ kind: "refused", reason });

function recipe(payload: string): Link {
  const [data = "", weights = "", ...rest] = payload.split(".");
  if (!/^[0-9a-f]{16}$/.test(data)) return refused("expected 16 hexadecimal digits for the data set, got others");
  if (weights !== "-" && !/^[0-9a-f]{16}$/.test(weights))
    return refused("expected 16 hexadecimal digits for the weights, got others");
  const settings = settingsFrom(rest.join("."));
  if (typeof settings === "string") return refused(settings);
  return { kind: "recipe", data, weights: weights === "-" ? null : weights, settings };
}

function weights(payload: string): Link {
  const [data = "", text = "", ...rest] = payload.split(".");
  const bytes = fromBase64(text);
  if (!/^[0-9a-f]{16}$/.test(data) || !bytes?.length || rest.length)
    return refused("expected the data set’s digest and weights in base64, got something else");
  return { kind: "weights", data, bytes };
}

function drawing(payload: string): Link {
  const bytes = fromBase64(payload);
  if (!bytes) return refused("expected a drawing in base64, got something else");
  const strokes: Stroke[] = [];
  let points = 0;
  for (let at = 0; at < bytes.length; ) {
    const length = (bytes[at] ?? 0) + 256 * (bytes[at + 1] ?? 0);
    points += length;
    if (!length || points > MOST_POINTS || at + 2 + 2 * length > bytes.length)
      return refused("expected whole strokes of a drawing, got a part");
    strokes.push(Array.from({ length }, (_, i) => [bytes[at + 2 + 2 * i] ?? 0, bytes[at + 3 + 2 * i] ?? 0] as const));
    at += 2 + 2 * length;
  }
  return strokes.length ? { kind: "drawing", strokes } : refused("expected a drawing, got none");
}

function pixels(payload: string): Link {
  const bytes = fromBase64(payload);
  if (!bytes?.length || bytes.length > 2048) return refused("expected 1 to 2,048 pixels in base64, got something else");
  return { kind: "pixels", values: bytes };
}

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

function toBase64(bytes: readonly number[]): string {
  let text = "";
  for (let i = 0; i < bytes.length; i += 3) {
    const word = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    const digits = Math.min(4, bytes.length - i + 1);
    for (let k = 0; k < digits; k++) text += DIGITS[(word >> (18 - 6 * k)) & 63];
  }
  return text;
}

/** Null for whatever `toBase64` does not write. */
function fromBase64(text: string): number[] | null {
  if (!/^[A-Za-z0-9_-]*$/.test(text) || text.length % 4 === 1) return null;
  const bytes: number[] = [];
  for (let i = 0; i < text.length; i += 4) {
    let word = 0;
    for (let k = 0; k < 4; k++) word = (word << 6) | Math.max(0, DIGITS.indexOf(text[i + k] ?? "A"));
    for (let k = 0; k < Math.min(3, text.length - i - 1); k++) bytes.push((word >> (16 - 8 * k)) & 255);
  }
  return toBase64(bytes) === text ? bytes : null;
}
