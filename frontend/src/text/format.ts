// Numbers and times in words. English, the same on every machine.

/** One decimal, or as many as it takes to be neither 0 nor 100 %, up to three; without any, "> 99 %" and "< 1 %". */
export function percent(value: number, digits = 1): string {
  if (value === 0 || value === 1) return value ? "100 %" : "0 %";
  for (let more = digits; more <= (digits ? 3 : 0); more++) {
    const text = (100 * value).toFixed(more);
    if (Number(text) > 0 && Number(text) < 100) return `${text} %`;
  }
  const step = digits ? 0.001 : 1;
  return value > 0.5 ? `> ${100 - step} %` : `< ${step} %`;
}

/** The same inside a sentence: "more than 99 %". */
export function share(value: number, digits = 1): string {
  return percent(value, digits).replace("> ", "more than ").replace("< ", "less than ").replace(" %", "\u00a0%");
}

/** A probability, which is never 0 or 1: a softmax does not reach them, only its floats do. */
export function certainty(value: number, digits = 0): string {
  const step = 10 ** -digits;
  if (100 * value >= 100 - step / 2) return `> ${(100 - step).toFixed(digits)} %`;
  return 100 * value < step ? `< ${step.toFixed(digits)} %` : `${(100 * value).toFixed(digits)} %`;
}

/** A score between 0 and 1 with three decimals; 0 and 1 only where it is exactly that. */
export function score(value: number): string {
  const text = value.toFixed(3);
  if (value < 1 && Number(text) >= 1) return "> 0.999";
  return value > 0 && Number(text) <= 0 ? "< 0.001" : text;
}

/** The ends of an interval on one line: "98.4 – 99.95 %". */
export function interval(low: number, high: number): string {
  const [start, end] = [low, high].map((value) => percent(value).slice(0, -2));
  return `${start}\u00a0–\u2060\u00a0${end}\u00a0%`;
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

/** "0.996 ms", "21.4 ms", "3.46 s", "2 min 5 s". */
export function seconds(value: number): string {
  const three = (number: number): string => String(Number(number.toPrecision(3)));
  if (value < 0.9995) return `${three(1000 * value)} ms`;
  if (value < 99.5) return `${three(value)} s`;
  const whole = Math.round(value);
  return `${count(Math.floor(whole / 60))} min ${whole % 60} s`;
}

export function bytes(value: number): string {
  if (value < 1000) return `${value} B`;
  return value < 999_500
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

/** A text of at most so many characters. */
export function clip(text: string, most: number): string {
  const characters = [...text];
  return characters.length > most
    ? `${characters
        .slice(0, most - 1)
        .join("")
        .trimEnd()}…`
    : text;
}

/** A list that names at most `most` of its parts: "a, b, c and 4 others". */
export function some(parts: readonly string[], most = 3): string {
  const rest = parts.length - most;
  return rest > 1 ? series([...parts.slice(0, most), `${small(rest)} others`]) : series(parts);
}

/** "a, b and c". */
export function series(parts: readonly string[]): string {
  return parts.length < 2 ? (parts[0] ?? "") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}

/** "mlp 128-64" or "logistic". */
export function architecture(model: string, hidden: readonly number[]): string {
  return hidden.length ? `${model} ${hidden.join("-")}` : model;
}
