// How the samples nearest to one agree with it.
import { small } from "./tools.ts";

/** How many of the nearest training samples are of the class; `thing` is what one of them is called. */
export function nearestSentence(agree: number, all: number, name: string, thing: string): string {
  if (all === 1) return `The nearest training ${thing}; it is ${agree ? "" : "not "}${name}`;
  const part =
    agree === all
      ? `${all === 2 ? "both" : `all ${small(all)}`} are`
      : `${small(agree)} of ${small(all)} ${agree === 1 ? "is" : "are"}`;
  return `Nearest training ${thing}s; ${part} ${name}`;
}
