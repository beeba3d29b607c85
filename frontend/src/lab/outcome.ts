// How a training in the page ended: identical, different, compared, stopped, diverged or refused, in one sentence.
import type { Run } from "../bundle/run.ts";
import type { LossCurve } from "../contract.ts";
import { changesInWords } from "./knobs.ts";
import type { Trained } from "./made.ts";
import { changes, el, outcomes, percent, replace, samplesOf, say, unpaired, verdict } from "./tools.ts";

export type Ending = "identical" | "different" | "compared" | "stopped" | "diverged" | "refused";

export interface Outcome {
  element: HTMLElement;
  clear(): void;
  show(ending: Ending, text: string, digest?: string): string;
}

export function outcome(): Outcome {
  const element = el("p", {
    class: "lab-outcome",
    "data-none": say("outcome.none"),
    "data-running": say("outcome.running"),
  });
  return {
    element,
    clear() {
      delete element.dataset.outcome;
      delete element.dataset.digest;
      replace(element);
    },
    show(ending, text, digest) {
      element.dataset.outcome = ending;
      if (digest) element.dataset.digest = digest;
      else delete element.dataset.digest;
      replace(element, text);
      return text;
    },
  };
}

/** What is expected of the weights: the digest of the stored run, or its beginning in a link. */
export interface Expected {
  digest: string;
  by: "run" | "link";
}

export function ended(
  stored: Run,
  made: Run,
  trained: Trained,
  changed: ReadonlyMap<string, unknown>,
  expected: Expected | null,
): [Ending, string] {
  const { diverged } = trained.curve;
  const same = expected !== null && trained.digest.startsWith(expected.digest);
  if (same && expected.by === "run") {
    const values = { n: stored.summary.model.parameters, epoch: diverged?.epoch ?? 0 };
    return ["identical", diverged ? say("outcome.same.diverged", values) : say("outcome.same", values)];
  }
  if (same) return ["identical", say("outcome.same.link")];
  if (diverged) return ["diverged", say("outcome.diverged", { ...diverged })];
  if (expected) {
    const first = expected.by === "run" ? firstDifference(stored, trained.curve) : null;
    const text = [
      expected.by === "link" ? say("outcome.other.link") : say("outcome.other"),
      ...(first === null ? [] : [say("outcome.first", { n: first })]),
      say("outcome.why"),
    ];
    return ["different", text.join(" ")];
  }
  return ["compared", compared(stored, made, changed)];
}

/** The first epoch whose recorded losses are others; null where none is. */
export function firstDifference(stored: Run, curve: LossCurve): number | null {
  if (stored.curve.state !== "ok") return null;
  const { training_loss: was, epochs } = stored.curve.value;
  const found = epochs.findIndex((_, i) => was[i] !== curve.training_loss[i]);
  return found < 0 ? null : found + 1;
}

/** Beside the stored run: on the same samples one by one, or else as two proportions. */
function compared(stored: Run, made: Run, changed: ReadonlyMap<string, unknown>): string {
  const accuracy = made.metrics.state === "ok" ? made.metrics.value.accuracy : 0;
  const trained = made.metrics.state === "ok" ? made.metrics.value.train_accuracy : 0;
  const head = changed.size ? `${say("outcome.with", { changes: changesInWords(changed) })} ` : "";
  const scores = say("outcome.scores", {
    holdout: percent(accuracy),
    training: percent(trained),
  });
  const [now, was] = [say("lab.here"), say("lab.stored")];
  const test =
    made.summary.split.sha256 === stored.summary.split.sha256
      ? verdict(changes(outcomes(samplesOf(stored)), outcomes(samplesOf(made))), now, was)
      : unpaired(made, stored);
  return `${head}${scores} ${(test ?? "").replace(/^./, (letter) => letter.toUpperCase())}`.trim();
}
