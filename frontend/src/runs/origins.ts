// Settings by where their values came from.

/** Settings by where their values came from: what a person chose, a file, and what nobody chose. */
export function originGroups(
  keys: readonly string[],
  origin: ReadonlyMap<string, string>,
): { title: string; chosen: boolean; keys: string[] }[] {
  const of = (key: string): string => {
    const from = origin.get(key) ?? "default";
    if (from.startsWith("--") || from === "flag" || from === "argument") return "Chosen for this run";
    return from === "default" || from.startsWith("preset ") ? "" : `From ${from}`;
  };
  const titles = [...new Set(keys.map(of))].sort((a, b) => rank(a) - rank(b));
  return titles.map((title) => ({
    title:
      title ||
      (titles.length > 1
        ? "From the preset of the model, or defaults"
        : "All from the preset of the model, or defaults"),
    chosen: title === "Chosen for this run",
    keys: keys.filter((key) => of(key) === title),
  }));
}

const rank = (title: string): number => (title === "Chosen for this run" ? 0 : title ? 1 : 2);
