// In which language the page speaks: the sentences of words/, and how that language writes numbers.
import words from "../../../src/digit_classifier/words/en.json" with { type: "json" };

export type Language = "en" | "de" | "fr" | "es" | "zh";
/** Those that there are words of. */
export const LANGUAGES: Readonly<Record<Language, string>> = {
  en: "English",
  de: "Deutsch",
  es: "Español",
  fr: "Français",
  zh: "中文",
};
export type Entry = string | { readonly one: string; readonly other: string };
export type Words = ReadonlyMap<string, Entry>;
type Values = Readonly<Record<string, string | number>>;

const nameOf = (entry: Entry): string => (typeof entry === "string" ? entry : entry.other);

let chosen: Language = "en";
let translated: Words = new Map(); // by the English
let formats = new Map<string, unknown>(); // a browser takes long to make one

export const language = (): Language => chosen;
export const locale = (): string => (chosen === "en" ? "en-GB" : chosen);

/** From now on the page speaks this language, whose words are named by the English. */
export function speak(wanted: Language, words: Words): void {
  chosen = wanted;
  formats = new Map();
  translated = words;
}

/**
 * The sentence of this key of words/en.json with its values; `count` chooses between one and many. Numbers are whole.
 * The build puts the English in the place of the key, so each script holds what it says, and can be read.
 */
export function say(key: keyof typeof words, values: Values = {}): string {
  return said((words as Readonly<Record<string, Entry>>)[key] ?? key, values);
}

function said(english: Entry, values: Values): string {
  const entry = translated.get(nameOf(english)) ?? english;
  const form = typeof entry === "string" ? entry : entry[isOne(values.count) ? "one" : "other"];
  const value = (name: string): string | number => values[name] ?? "";
  const text = form.replace(/\{(\w+)\}/g, (_, name: string) =>
    typeof value(name) === "number" ? written(Math.round(Number(value(name)))) : String(value(name)),
  );
  return text.replaceAll(" %", "\u00a0%");
}

const isOne = (count: unknown): boolean =>
  typeof count === "number" && kept("plural", () => new Intl.PluralRules(locale())).select(count) === "one";

function kept<T>(key: string, make: () => T): T {
  if (!formats.has(key)) formats.set(key, make());
  return formats.get(key) as T;
}

/** A number as this language writes it. */
export function written(value: number, options: Intl.NumberFormatOptions = {}): string {
  return kept(Object.values(options).join(), () => new Intl.NumberFormat(locale(), options)).format(value);
}

/** A day as this language writes it. */
export function day(date: Date, options: Intl.DateTimeFormatOptions): string {
  const make = (): Intl.DateTimeFormat => new Intl.DateTimeFormat(locale(), { timeZone: "UTC", ...options });
  return kept(`day ${Object.values(options)}`, make).format(date);
}

/** With its full stop. */
export const sentence = (text: string): string => say("sentence", { text });

/** What comes as the English of words/en.json from elsewhere, such as the help of a setting. */
export const phrase = (english: string): string => said(english, {});
