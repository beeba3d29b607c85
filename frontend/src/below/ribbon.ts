// What a sample was taken for over the epochs: a ribbon of as many parts as there were answers.
import type { App } from "../panels/app.ts";
import type { Sample } from "../selection/samples.ts";
import { el, lastAtMost, nameOf, say, sentence, terms } from "./tools.ts";

interface Stretch {
  label: number;
  from: number; // places of the first snapshot, and of the one behind the last
  to: number;
}

export interface Ribbon {
  element: HTMLElement;
  sentence: string;
  /** Shows where an epoch stands; null where none is selected. */
  mark(epoch: number | null): void;
}

/** Null where the run did not record it. */
export function ribbon(app: App, sample: Sample): Ribbon | null {
  const { snapshots, holdout } = app.run;
  if (snapshots.state !== "ok" || holdout.state !== "ok") return null;
  const { epochs, predictions } = snapshots.value;
  const row = holdout.value.sample_ids.indexOf(sample.id);
  if (!predictions || row < 0 || epochs.length < 2) return null;
  const all = stretches(predictions.map((labels) => labels[row] as number));
  const parts = all.map(({ label, from, to }) => {
    const name = nameOf(app.run, label);
    const last = String(epochs[to - 1]);
    const title = say("ribbon.epochs", { first: String(epochs[from]), last, name });
    const part = el("i", { class: label === sample.truth ? "truth" : "wrong", title }, wide(to - from, epochs) && name);
    part.style.flexGrow = String(to - from);
    return part;
  });
  const mark = el("b", {});
  const strip = el("div", { class: "ribbon", "aria-hidden": "true", translate: "no" }, ...parts, mark);
  return {
    element: strip,
    sentence: answersOf(app, all, epochs),
    mark(epoch) {
      mark.hidden = epoch === null;
      mark.style.left = `${(100 * (lastAtMost(epochs, epoch ?? 0) + 0.5)) / epochs.length}%`;
    },
  };
}

function stretches(labels: readonly number[]): Stretch[] {
  const found: Stretch[] = [];
  labels.forEach((label, i) => {
    const last = found.at(-1);
    if (last?.label === label) last.to = i + 1;
    else found.push({ label, from: i, to: i + 1 });
  });
  return found;
}

const wide = (places: number, epochs: readonly number[]): boolean => places / epochs.length > 0.08;

function answersOf(app: App, all: readonly Stretch[], epochs: readonly number[]): string {
  const last = all.at(-1) as Stretch;
  const { as } = terms(app.run);
  const name = `${as.slice(0, 1).toUpperCase()}${as.slice(1)} ${nameOf(app.run, last.label)}`;
  if (all.length === 1) return sentence(say("ribbon.always", { name }));
  return sentence(say("ribbon.since", { name, epoch: String(epochs[last.from]), count: all.length - 1 }));
}
