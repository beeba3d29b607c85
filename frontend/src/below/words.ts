// The words that only panels.js says: the build gives it the entries of words/en.json that start with "below.".
import words from "../../../src/digit_classifier/words/en.json" with { type: "json" };
import { filled } from "./tools.ts";

type Key = Extract<keyof typeof words, `below.${string}`>;

export const say = (key: Key, values?: Readonly<Record<string, string>>, number: number | null = null): string =>
  filled(words[key], values, number);
