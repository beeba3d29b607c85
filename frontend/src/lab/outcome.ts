// How a training in the page ended: identical, different, compared, stopped, diverged or refused, in one sentence.
import type { Run } from "../bundle/run.ts";
import type { LossCurve } from "../contract.ts";
import { changesInWords } from "./knobs.ts";
import type { Trained } from "./made.ts";
import { changes, count, el, outcomes, percent, replace, samplesOf, unpaired, verdict } from "./tools.ts";

export type Ending = "identical" | "different" | "compared" | "stopped" | "diverged" | "refused";

export interface Outcome {
  element: HTMLElement;
  clear(): void;
  say(ending: Ending, text: string, digest?: string): string;
}

export function outcome(): Outcome {
  const element = el("p", { class: "lab-outcome" });
  return {
    element,
    clear() {
      delete element.dataset.outcome;
      delete element.dataset.digest;
      replace(element);
    },
    say(ending, text, digest) {
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
  by: "the stored run" | "the link";
}

export function ended(
  stored: Run,
  made: Run,
  trained: Trained,
  changed: ReadonlyMap<string, unknown>,
  expected: Expected | null,
): [Ending, string] {
  const numbers = count(stored.summary.model.parameters);
  const { diverged } = trained.curve;
  const same = expected !== null && trained.digest.startsWith(expected.digest);
  if (same && expected.by === "the stored run")
    return [
      "identical",
      `The same ${numbers} numbers as in the stored run, bit for bit${diverged ? `; both diverged in epoch ${diverged.epoch}` : ""}.`,
    ];
  if (same) return ["identical", "The same numbers as in the run that the link came from, bit for bit."];
  if (diverged)
    return [
      "diverged",
      `It diverged in epoch ${count(diverged.epoch)}: ${diverged.reason}. A lower learning rate usually helps.`,
    ];
  if (expected) {
    const first = expected.by === "the stored run" ? firstDifference(stored, trained.curve) : null;
    const where = first === null ? "" : ` The first epoch that differs is ${count(first)}.`;
    return [
      "different",
      `Other numbers than in ${expected.by === "the link" ? "the run that the link came from" : "the stored run"}.${where} ${WHY}`,
    ];
  }
  return ["compared", compared(stored, made, changed)];
}

const WHY = "Either its file was changed, or one of the two programs computes wrongly: please report it.";

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
  const head = changed.size ? `With ${changesInWords(changed)}: ` : "";
  const scores = `${percent(accuracy)} of the hold-out right, ${percent(trained)} of the training part.`;
  const [now, was] = ["the one trained here", "the stored run"];
  const test =
    made.summary.split.sha256 === stored.summary.split.sha256
      ? verdict(changes(outcomes(samplesOf(stored)), outcomes(samplesOf(made))), now, was)
      : unpaired(made, stored);
  return `${head}${scores} ${test ?? ""}`.trim();
}
