// Numbers and times in words, as the language of the page writes them.
import { day, locale, say, written } from "./language.ts";

/** So many decimals; rounded as in Python, and only written by Intl. */
export function fixed(value: number, digits: number): string {
  const rounded = Number(value.toFixed(digits));
  return written(rounded, { minimumFractionDigits: digits, maximumFractionDigits: digits, useGrouping: false });
}

/** As many digits as it has. */
export const plain = (value: number): string => written(value, { maximumSignificantDigits: 15, useGrouping: false });
const hundredth = (text: string): string => (locale() === "zh" ? `${text}%` : `${text} %`);

/** A percentage without its sign. */
export const bare = (percentage: string): string => percentage.replace(/\s?%$/, "");

/** One decimal, or as many as it takes to be neither 0 nor 100 %, up to three; without any, "> 99 %" and "< 1 %". */
export function percent(value: number, digits = 1): string {
  if (value === 0 || value === 1) return hundredth(value ? "100" : "0");
  for (let more = digits; more <= (digits ? 3 : 0); more++) {
    const rounded = Number((100 * value).toFixed(more));
    if (rounded > 0 && rounded < 100) return hundredth(fixed(rounded, more));
  }
  const step = digits ? 0.001 : 1;
  return hundredth(value > 0.5 ? `> ${plain(100 - step)}` : `< ${plain(step)}`);
}

/** The same inside a sentence: "more than 99 %". */
export function share(value: number, digits = 1): string {
  const text = percent(value, digits).replace(" %", "\u00a0%");
  if (text.startsWith(">")) return say("share.more", { value: text.slice(2) });
  return text.startsWith("<") ? say("share.less", { value: text.slice(2) }) : text;
}

/** A probability, which is never 0 or 1: a softmax does not reach them, only its floats do. */
export function certainty(value: number, digits = 0): string {
  const step = 10 ** -digits;
  if (100 * value >= 100 - step / 2) return hundredth(`> ${fixed(100 - step, digits)}`);
  return hundredth(100 * value < step ? `< ${fixed(step, digits)}` : fixed(100 * value, digits));
}

/** A score between 0 and 1 with three decimals; 0 and 1 only where it is exactly that. */
export function score(value: number): string {
  const rounded = Number(value.toFixed(3));
  if (value < 1 && rounded >= 1) return `> ${fixed(0.999, 3)}`;
  return value > 0 && rounded <= 0 ? `< ${fixed(0.001, 3)}` : fixed(value, 3);
}

/** The ends of an interval on one line: "98.4 – 99.95 %". */
export function interval(low: number, high: number): string {
  return `${bare(percent(low))}\u00a0–\u2060\u00a0${percent(high).replace(/\s/g, "\u00a0")}`;
}

/** Whole numbers below ten as they stand in a sentence: in letters. */
export function small(n: number): string {
  return say("small").split(" ")[n] ?? count(n);
}

export function times(n: number): string {
  return n === 1 ? say("often.one") : n === 2 ? say("often.two") : say("often.many", { n: small(n) });
}

/** 17226 → "17,226". */
export function count(value: number): string {
  return written(Math.round(value));
}

/** "0.996 ms", "21.4 ms", "3.46 s", "2 min 5 s". */
export function seconds(value: number): string {
  const three = (number: number): string => plain(Number(number.toPrecision(3)));
  if (value < 0.9995) return `${three(1000 * value)} ms`;
  if (value < 99.5) return `${three(value)} s`;
  const whole = Math.round(value);
  return `${count(Math.floor(whole / 60))} min ${whole % 60} s`;
}

export function bytes(value: number): string {
  if (value < 1000) return `${value} B`;
  return value < 999_500 ? `${fixed(value / 1000, value < 10_000 ? 1 : 0)} kB` : `${fixed(value / 1_000_000, 1)} MB`;
}

/** Three significant digits, never in scientific form for ordinary sizes. */
export function short(value: number): string {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size < 1e-4 || size >= 1e6) return value.toExponential(1).replace("e+", "e");
  return plain(Number(value.toPrecision(3)));
}

/** "2026-11-22T19:16:12Z" → "22 Nov 2026, 19:16 UTC"; without the year and zone when short. */
export function time(created: string, brief = false): string {
  const date = new Date(created);
  if (Number.isNaN(date.getTime())) return created;
  return brief
    ? day(date, { day: "numeric", month: "short" })
    : `${day(date, { dateStyle: "medium" })}, ${created.slice(11, 16)} UTC`;
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
  return rest > 1 ? series([...parts.slice(0, most), say("some.others", { n: small(rest) })]) : series(parts);
}

/** "a, b or c". */
export function alternatives(parts: readonly string[]): string {
  return new Intl.ListFormat(locale(), { type: "disjunction" }).format(parts);
}

/** "a, b and c". */
export function series(parts: readonly string[]): string {
  return new Intl.ListFormat(locale()).format(parts);
}

/** "mlp 128-64" or "logistic". */
export function architecture(model: string, hidden: readonly number[]): string {
  return hidden.length ? `${model} ${hidden.join("-")}` : model;
}
