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

// What decides which images are held out: the setting, and the flags that mean it.
const OF_THE_SPLIT: readonly (readonly [string, ...string[]])[] = [
  ["random_state", "--seed", "--random-state"],
  ["split_state", "--split-state"],
  ["test_size", "--test-size", "--test-split"],
  ["split", "--split"],
];

/** The command with another run's split; null where it was not recorded, or where no setting makes the difference. */
export function onTheSplitOf(
  was: ReadonlyMap<string, unknown>,
  now: { command: string; config: ReadonlyMap<string, unknown> },
): string | null {
  let words = wordsOf(now.command);
  if (words[0] !== "digit-classifier" || words[1] !== "train") return null;
  const differ = OF_THE_SPLIT.filter(([key]) => String(was.get(key)) !== String(now.config.get(key)));
  if (!differ.length) return null;
  for (const [key, flag, ...others] of differ) {
    words = words.filter((word, i) => {
      const named = (text: string | undefined): boolean => [flag, ...others].some((each) => each === text);
      return !named(word.split("=")[0]) && !named(words[i - 1]);
    });
    if (was.has(key)) words.push(flag ?? "", String(was.get(key)));
  }
  return words.map((word) => quoted(word)).join(" ");
}
