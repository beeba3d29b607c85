// The settings of one run with the split of another.

import { withSettings } from "./tools.ts";

// What decides which images are held out.
const OF_THE_SPLIT = ["random_state", "split_state", "test_size", "split"];

/** The command with another run's split; null where it was not recorded, or where no setting makes the difference. */
export function onTheSplitOf(
  was: ReadonlyMap<string, unknown>,
  now: { command: string; config: ReadonlyMap<string, unknown> },
): string | null {
  const differ = OF_THE_SPLIT.filter((key) => String(was.get(key)) !== String(now.config.get(key)));
  return differ.length ? withSettings(now.command, new Map(differ.map((key) => [key, was.get(key)]))) : null;
}
