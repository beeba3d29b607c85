// A recorded training command, changed to be typed here or on another split.
import type { Where } from "../text/commands.ts";
import { folderOf, inRepository, programOf, quoted } from "./tools.ts";

/** The words of a recorded command, their quotes taken away. */
export function wordsOf(command: string): string[] {
  const words = command.match(/(?:[^\s'"]|'[^']*'|"[^"]*")+/g) ?? [];
  return words.map((word) => word.replace(/'([^']*)'|"([^"]*)"/g, (_, single, double) => single ?? double));
}

/** A recorded training command, as it is typed here: in the repository with its own script. */
export function trainHere(command: string, where: Where): string {
  const [program, action, ...flags] = wordsOf(command);
  const found = folderOf(where);
  const windows = found?.windows ?? false;
  const rest = flags.map((word) => quoted(word, windows));
  if (program !== "digit-classifier" || action !== "train") return command;
  return [programOf(where), ...(inRepository(where) ? [] : ["train"]), ...rest].join(" ");
}

const ALIASES: Readonly<Record<string, string>> = { random_state: "--seed", test_size: "--test-split" };

/** A recorded command with other values of some settings; undefined takes one away. Null where it is no such command. */
export function withSettings(command: string, changed: ReadonlyMap<string, unknown>): string | null {
  let words = wordsOf(command);
  if (words[0] !== "digit-classifier" || words[1] !== "train") return null;
  for (const [key, value] of changed) {
    const flag = `--${key.replaceAll("_", "-")}`;
    const named = (text: string | undefined): boolean => text !== undefined && (text === flag || text === ALIASES[key]);
    const bare = (word: string | undefined): boolean => word === undefined || word.startsWith("--"); // a switch
    words = words.filter((word, i) => !named(word.split("=")[0]) && !(named(words[i - 1]) && !bare(word)));
    if (value === undefined || value === null || value === false) continue;
    const typed = key === "random_state" ? "--seed" : flag;
    const text = Array.isArray(value) ? value.join(",") || "none" : String(value);
    words.push(...(value === true ? [typed] : text.startsWith("-") ? [`${typed}=${text}`] : [typed, text]));
  }
  return words.map((word) => quoted(word)).join(" ");
}
