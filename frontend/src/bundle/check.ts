// Checks that turn unknown JSON into typed values, or say which field is not as expected. contract.ts is made of them.

export type Check<T> = (value: unknown, where: string) => T;
export type Checked<C> = C extends Check<infer T> ? T : never;
/** The check of every published version of a file. */
export type Published<T> = { readonly [version: number]: Check<T> };

/** A field is not what it must be. The message is `where: expected …, got …`. */
export class Refusal extends Error {
  constructor(where: string, expected: string, got: unknown) {
    super(`${where}: expected ${expected}, got ${show(got)}`);
    this.name = "Refusal";
  }
}

/** Whether a value passes a check. */
export function fits<T>(check: Check<T>, value: unknown): value is T {
  try {
    check(value, "");
    return true;
  } catch {
    return false;
  }
}

/** A value in at most 60 characters, for a message. */
export function show(value: unknown): string {
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object" && value !== null) return "an object";
  const text = typeof value === "string" ? JSON.stringify(value) : String(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

export function number(low = -Infinity, high = Infinity): Check<number> {
  const wanted = `a ${span(low, high) ? "" : "finite "}number${span(low, high)}`;
  return (value, where) => {
    if (typeof value !== "number" || !Number.isFinite(value) || value < low || value > high)
      throw new Refusal(where, wanted, value);
    return value;
  };
}

export function integer(low = -Infinity, high = Infinity): Check<number> {
  const wanted = `an integer${span(low, high)}`;
  return (value, where) => {
    if (!Number.isSafeInteger(value) || (value as number) < low || (value as number) > high)
      throw new Refusal(where, wanted, value);
    return value as number;
  };
}

function span(low: number, high: number): string {
  if (high < Infinity) return low > -Infinity ? ` in ${low}..${high}` : ` ≤ ${high}`;
  return low > -Infinity ? ` ≥ ${low}` : "";
}

const HALF = /\p{Surrogate}/u;

/** Text of low to high characters that matches the pattern. Half a surrogate pair is not text: UTF-8 cannot hold it. */
export function text(low = 0, high = Infinity, pattern?: RegExp, words = "text"): Check<string> {
  return (value, where) => {
    if (typeof value !== "string" || !hasLength(value, low, high)) throw new Refusal(where, words, value);
    if (HALF.test(value) || (pattern && !pattern.test(value))) throw new Refusal(where, words, value);
    return value;
  };
}

/** Lengths count code points, as in Python. JavaScript's own length counts a pair of surrogates as two. */
function hasLength(value: string, low: number, high: number): boolean {
  if (value.length >= 2 * low && value.length <= high) return true;
  if (value.length < low || value.length > 2 * high) return false;
  const length = value.length - (value.match(/[\ud800-\udbff]/g)?.length ?? 0);
  return length >= low && length <= high;
}

export const flag: Check<boolean> = (value, where) => {
  if (typeof value !== "boolean") throw new Refusal(where, "true or false", value);
  return value;
};

export function oneOf<T extends string | number>(...options: readonly T[]): Check<T> {
  return (value, where) => {
    if (!options.includes(value as T)) throw new Refusal(where, `one of ${options.join(", ")}`, value);
    return value as T;
  };
}

export function nullable<T>(check: Check<T>): Check<T | null> {
  return (value, where) => (value === null ? null : check(value, where));
}

/** A value of one of several kinds, each with its own check. */
export function either<C extends { [kind: string]: Check<unknown> }>(
  words: string,
  checks: C,
): Check<Checked<C[keyof C]>> {
  return (value, where) => {
    const kind = Array.isArray(value) ? "array" : value === null ? "null" : typeof value;
    const check = own(checks, kind) ?? (kind === "number" ? own(checks, "integer") : undefined);
    if (!check) throw new Refusal(where, words, value);
    return (check as Check<Checked<C[keyof C]>>)(value, where);
  };
}

/** For a key that older files, or most files, do not have. */
export function optional<T>(check: Check<T>): Check<T | undefined> {
  return (value, where) => (value === undefined ? undefined : check(value, where));
}

export function list<T>(check: Check<T>, low = 0, high = Infinity): Check<T[]> {
  const wanted = high < Infinity ? `a list of ${low}..${high}` : `a list of at least ${low}`;
  return (value, where) => {
    if (!Array.isArray(value)) throw new Refusal(where, "a list", value);
    if (value.length < low || value.length > high) throw new Refusal(where, wanted, value);
    return value.map((item: unknown, index) => {
      try {
        return check(item, where);
      } catch {
        return check(item, `${where}[${index}]`); // naming every item of a long list costs more than checking it
      }
    });
  };
}

/** An object with these fields. Others are ignored, so that a file of a newer version can still be read. */
export function fields<F extends Record<string, Check<unknown>>>(checks: F): Check<{ [K in keyof F]: Checked<F[K]> }> {
  const entries = Object.entries(checks);
  return (value, where) => {
    const object = plain(value, where);
    const result: Record<string, unknown> = Object.create(null);
    for (const [key, check] of entries) result[key] = check(own(object, key), `${where}.${key}`);
    return result as { [K in keyof F]: Checked<F[K]> };
  };
}

/** A dictionary, as a Map: a key called __proto__ is a key like any other. Some keys may be known beforehand. */
export function dictionary<T, K extends Record<string, Check<unknown>> = Record<never, never>>(
  values: Check<T>,
  names: Check<string> = text(),
  known?: K,
): Check<Map<string, T | Checked<K[keyof K]>>> {
  return (value, where) => {
    const object = plain(value, where);
    const all = new Set([...Object.keys(known ?? {}), ...Object.keys(object)]);
    const pairs = [...all].map((key) => {
      const check = (own(known ?? {}, key) as Check<T> | undefined) ?? values;
      return [names(key, `a key of ${where}`), check(own(object, key), `${where}[${show(key)}]`)] as const;
    });
    return new Map(pairs);
  };
}

export function plain(value: unknown, where: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Refusal(where, "an object", value);
  return value as Record<string, unknown>;
}

export function own(object: Record<string, unknown>, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}
