// Files that a run has only where it was asked to record them.
import type { Part, Run } from "../bundle/run.ts";
import * as contract from "./contract.ts";
import { el, part, say } from "./tools.ts";

/** How a file that a run was not asked for is asked for. */
export function absent(what: string, flag: string): HTMLElement {
  const [before, after] = say("absent", { what, flag: "|" }).split("|");
  return el("p", { class: "small muted" }, before, el("code", { translate: "no" }, flag), after);
}

const fail = (expected: string): never => {
  throw new Error(`expected ${expected}`);
};

export function rocOf(run: Run): Part<contract.RocCurves> {
  return optional(run, "roc_curves.json", contract.rocCurves, (value) => {
    for (const name of value.classes.keys()) if (!run.summary.dataset.class_names.includes(name)) fail("known classes");
    for (const { fpr, tpr } of value.classes.values()) if (fpr.length !== tpr.length) fail("fpr as long as tpr");
  });
}

export function ratesOf(run: Run): Part<contract.TrainingDynamics> {
  return optional(run, "training_dynamics.json", contract.trainingDynamics, ({ epochs, learning_rates: rates }) => {
    if (rates.length !== epochs.length || epochs.some((epoch, i) => epoch !== i + 1)) fail("a rate for each epoch");
  });
}

export function timesOf(run: Run): Part<contract.TimingStats> {
  return optional(run, "timing_stats.json", contract.timingStats, () => undefined);
}

function optional<T>(
  { texts, notices }: Run,
  name: string,
  checks: Parameters<typeof part<T, T>>[2],
  agree: (value: T) => void,
): Part<T> {
  if (!texts) return { state: "absent" };
  const checked = (value: T): T => {
    agree(value);
    return value;
  };
  return part(texts, name, checks, checked, notices);
}
