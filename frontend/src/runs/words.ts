// The sentences of this script: those of words/en.json that begin with "runs.".
import words from "../../../src/digit_classifier/words/en.json" with { type: "json" };
import { filled } from "./tools.ts";

type Own<K> = K extends `runs.${infer Name}` ? Name : never;

/** The sentence of this name with its values; `number` chooses between one and many. */
export function say(
  name: Own<keyof typeof words>,
  values: Readonly<Record<string, string>> = {},
  number: number | null = null,
): string {
  return filled(words[`runs.${name}`], values, number);
}
