// Which language is asked for, and its words. English is built in; another is read beside the page when it is wanted.
import { type Check, dictionary, either, fields, text } from "../bundle/check.ts";
import { parseJson, type Source } from "../bundle/source.ts";
import { type Entry, LANGUAGES, type Language, speak } from "./language.ts";

const MOST = 2 ** 18; // characters of a file of words
const line = text(0, 2000);
const entry: Check<Entry> = either("a sentence", { string: line, object: fields({ one: line, other: line }) });
const isLanguage = (name: string | undefined): name is Language => name !== undefined && Object.hasOwn(LANGUAGES, name);

/** That of the address, `?lang=de`, else the first of those that the reader's browser names, else English. */
export function wantedLanguage(search: string, preferred: readonly string[]): Language {
  const asked = new URLSearchParams(search).get("lang") ?? "";
  return [asked, ...preferred.map((each) => each.slice(0, 2).toLowerCase())].find(isLanguage) ?? "en";
}

/** The query of an address in this language. */
export function withLanguage(search: string, language: string): string {
  const others = search
    .replace(/^\?/, "")
    .split("&")
    .filter((part) => part !== "" && !part.startsWith("lang="));
  return `?${[...others, `lang=${language}`].join("&")}`;
}

/** From now on the page speaks this language. Throws where its words cannot be read. */
export async function learn(source: Source, language: Language): Promise<void> {
  const path = `words/${language}.json`;
  speak(language, dictionary(entry)(parseJson(await source.read(path, MOST), path), path));
}
