// Checks that turn unknown JSON into typed values, or say which field is not as expected.

export type Check<T> = (value: unknown, where: string) => T;
export type Checked<C> = C extends Check<infer T> ? T : never;

/** A field is not what it must be. The message is `where: expected …, got …`. */
export class Refusal extends Error {
  constructor(where: string, expected: string, got: unknown) {
    super(`${where}: expected ${expected}, got ${show(got)}`);
    this.name = "Refusal";
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
  const range =
    low === -Infinity ? "a finite number" : high === Infinity ? `a number ≥ ${low}` : `a number in ${low}..${high}`;
  return (value, where) => {
    if (typeof value !== "number" || !Number.isFinite(value) || value < low || value > high)
      throw new Refusal(where, range, value);
    return value;
  };
}

export function integer(low = 0, high = Number.MAX_SAFE_INTEGER): Check<number> {
  const range = high === Number.MAX_SAFE_INTEGER ? `an integer ≥ ${low}` : `an integer in ${low}..${high}`;
  return (value, where) => {
    if (!Number.isSafeInteger(value) || (value as number) < low || (value as number) > high)
      throw new Refusal(where, range, value);
    return value as number;
  };
}

export function text(limit: number, pattern?: RegExp, words = "text"): Check<string> {
  return (value, where) => {
    if (typeof value !== "string") throw new Refusal(where, words, value);
    if (value.length > limit) throw new Refusal(where, `at most ${limit} characters`, `${value.length} characters`);
    if (pattern && !pattern.test(value)) throw new Refusal(where, words, value);
    return value;
  };
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

/** For a key that older files, or most files, do not have. */
export function optional<T>(check: Check<T>): Check<T | undefined> {
  return (value, where) => (value === undefined ? undefined : check(value, where));
}

export function list<T>(check: Check<T>, low = 0, high = 1_000_000): Check<T[]> {
  return (value, where) => {
    if (!Array.isArray(value)) throw new Refusal(where, "a list", value);
    if (value.length < low || value.length > high) throw new Refusal(where, `a list of ${low}..${high}`, value);
    return value.map((item: unknown, index) => {
      try {
        return check(item, where);
      } catch {
        return check(item, `${where}[${index}]`); // naming every item of a long list costs more than checking it
      }
    });
  };
}

/** An object with these fields; others are ignored, so that a newer minor schema can still be read. */
export function fields<F extends Record<string, Check<unknown>>>(checks: F): Check<{ [K in keyof F]: Checked<F[K]> }> {
  return (value, where) => {
    const object = plain(value, where);
    const result: Record<string, unknown> = Object.create(null);
    for (const [key, check] of Object.entries(checks)) result[key] = check(own(object, key), `${where}.${key}`);
    return result as { [K in keyof F]: Checked<F[K]> };
  };
}

/** A dictionary, as a Map: a key called __proto__ is a key like any other. */
export function dictionary<T>(check: Check<T>, limit = 2000): Check<Map<string, T>> {
  return (value, where) => {
    const entries = Object.entries(plain(value, where));
    if (entries.length > limit) throw new Refusal(where, `at most ${limit} entries`, `${entries.length}`);
    return new Map(entries.map(([key, item]) => [key, check(item, `${where}[${show(key)}]`)]));
  };
}

export function plain(value: unknown, where: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Refusal(where, "an object", value);
  return value as Record<string, unknown>;
}

export function own(object: Record<string, unknown>, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}
