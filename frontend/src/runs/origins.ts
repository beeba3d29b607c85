// Settings by where their values came from.
import { say } from "./tools.ts";
/** Settings by where their values came from: what a person chose, a file, and what nobody chose. */
export function originGroups(
  keys: readonly string[],
  origin: ReadonlyMap<string, string>,
): { title: string; chosen: boolean; keys: string[] }[] {
  const chosen = say("origin.chosen");
  const rank = (title: string): number => (title === chosen ? 0 : title ? 1 : 2);
  const of = (key: string): string => {
    const from = origin.get(key) ?? "default";
    if (from.startsWith("--") || from === "flag" || from === "argument") return chosen;
    return from === "default" || from.startsWith("preset ") ? "" : say("origin.from", { place: from });
  };
  const titles = [...new Set(keys.map(of))].sort((a, b) => rank(a) - rank(b));
  return titles.map((title) => ({
    title: title || (titles.length > 1 ? say("origin.rest") : say("origin.all")),
    chosen: title === chosen,
    keys: keys.filter((key) => of(key) === title),
  }));
}
