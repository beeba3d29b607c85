// Numbers and times in words. English, the same on every machine.

export function percent(value: number, digits = 1): string {
  const text = (100 * value).toFixed(digits);
  return `${value < 1 && Number(text) === 100 ? `> ${(100 - 10 ** -digits).toFixed(digits)}` : text} %`;
}

/** The ends of an interval on one line, never rounded up to certainty: "98.4 – 99.95 %". */
export function interval(low: number, high: number): string {
  const top = (100 * high).toFixed(1);
  return `${(100 * low).toFixed(1)}\u00a0–\u2060\u00a0${high < 1 && top === "100.0" ? (100 * high).toFixed(2) : top}\u00a0%`;
}

const WORDS = ["none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];

/** Whole numbers below ten in letters. */
export function small(n: number): string {
  return WORDS[n] ?? count(n);
}

export function times(n: number): string {
  return { 1: "once", 2: "twice" }[n] ?? `${small(n)} times`;
}

/** 17226 → "17,226". */
export function count(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ",");
}

export function plural(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}

export function seconds(value: number): string {
  if (value < 1) return `${Math.round(1000 * value)} ms`;
  if (value < 120) return `${value.toFixed(value < 10 ? 2 : 1)} s`;
  return `${Math.floor(value / 60)} min ${Math.round(value % 60)} s`;
}

export function bytes(value: number): string {
  if (value < 1000) return `${value} B`;
  return value < 1_000_000
    ? `${(value / 1000).toFixed(value < 10_000 ? 1 : 0)} kB`
    : `${(value / 1_000_000).toFixed(1)} MB`;
}

/** Three significant digits, never in scientific form for ordinary sizes. */
export function short(value: number): string {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size < 1e-4 || size >= 1e6) return value.toExponential(1).replace("e+", "e");
  return String(Number(value.toPrecision(3)));
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** "2026-11-22T19:16:12Z" → "22 Nov 2026, 19:16 UTC"; without the year and zone when short. */
export function time(created: string, brief = false): string {
  const [year, month, day] = created.slice(0, 10).split("-");
  const name = `${Number(day)} ${MONTHS[Number(month) - 1] ?? month}`;
  return brief ? name : `${name} ${year}, ${created.slice(11, 16)} UTC`;
}

export function pValue(p: number): string {
  return p < 0.001 ? "p < 0.001" : `p = ${p.toFixed(p < 0.1 ? 3 : 2)}`;
}

/** A setting as it is typed on the command line. */
export function setting(value: unknown): string {
  if (value === null || (Array.isArray(value) && value.length === 0)) return "none";
  return Array.isArray(value) ? value.join(",") : String(value);
}

/** "a, b and c". */
export function series(parts: readonly string[]): string {
  return parts.length < 2 ? (parts[0] ?? "") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}

/** "mlp 128-64" or "logistic". */
export function architecture(model: string, hidden: readonly number[]): string {
  return hidden.length ? `${model} ${hidden.join("-")}` : model;
}
