// Which runs of a history are a second opinion about its data, and what is said of the others.
import type { LoadedIndex } from "../bundle/load.ts";
import type { IndexEntry } from "../bundle/run.ts";
import type { Answers } from "../model/suspicious.ts";
import type { App } from "../panels/app.ts";
import { type Reading, readings, unread } from "./reading.ts";
import { say, series } from "./tools.ts";

/** Runs that learned something; made-up ones only beside others of their kind. */
export function candidates(app: App, { index }: LoadedIndex): IndexEntry[] {
  return index.runs.filter((run) => !run.diverged && run.synthetic === app.run.summary.synthetic);
}

type Kind = "counted" | "data" | "left out" | "silent";

/** A class that did not train is wrong wherever it is held out, which says nothing about its samples. */
function kindOf(app: App, reading: Reading | null): Kind {
  if (!reading?.answers) return "silent";
  if (reading.data !== app.run.summary.dataset.sha256) return "data";
  return reading.settings.get("leave_out") ? "left out" : "counted";
}

function readOf(app: App, index: LoadedIndex): (Reading | null)[] {
  const known = readings(index);
  return candidates(app, index).flatMap(({ run_id }) => {
    const reading = known.get(run_id);
    return reading === undefined ? [] : [reading];
  });
}

export function countable(app: App, index: LoadedIndex): Answers[] {
  return readOf(app, index).flatMap((each) => (each?.answers && kindOf(app, each) === "counted" ? [each.answers] : []));
}

/** What was not counted, and what was not read. */
export function aside(app: App, index: LoadedIndex, repeats: number): string {
  const kinds = readOf(app, index).map((each) => kindOf(app, each));
  const number = (kind: Kind): number => kinds.filter((each) => each === kind).length;
  const { runs } = index.index;
  const diverged = runs.filter((run) => run.diverged).length;
  const synthetic = app.run.summary.synthetic ? 0 : runs.filter((run) => run.synthetic && !run.diverged).length;
  const parts = [
    number("data") > 0 && say("aside.data", { count: number("data") }),
    number("left out") > 0 && say("aside.class", { count: number("left out") }),
    diverged > 0 && say("aside.diverged", { count: diverged }),
    synthetic > 0 && say("aside.synthetic", { count: synthetic }),
    repeats > 0 && say("aside.repeats", { count: repeats }),
    number("silent") > 0 && say("aside.silent", { count: number("silent") }),
  ].filter((part) => part !== false);
  const left = unread(readings(index), candidates(app, index)).length + index.count - runs.length;
  return [parts.length > 0 && say("aside", { parts: series(parts) }), left > 0 && say("aside.unread", { count: left })]
    .filter((part) => part !== false)
    .join(" ");
}

/** How many runs can be asked for to have held out a sample. */
export const leastOf = (runs: number): number[] => [2, 3, 5, 10, 20].filter((each) => each === 2 || each <= runs);
