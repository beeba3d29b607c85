// What a network says of any image: its answer in a sentence, the probabilities, the layers, and the nearest samples.
import type { Network } from "../bundle/run.ts";
import { nearest } from "../model/nearest.ts";
import { argmax, probabilities } from "../model/network.ts";
import type { App } from "../panels/app.ts";
import { responses } from "./activations.ts";
import { barsOf } from "./bars.ts";
import { nearestSentence } from "./nearest.ts";
import { certainty, el, imageOf, isDigits, leftOut, nameOf, picture, replace, say } from "./tools.ts";

const SURE = 0.99; // above it, the mlp is right in 96 % of digits of other people: benchmarks/drawings.py

export interface Answer {
  element: HTMLElement;
  /** Null empties it. */
  show(app: App, network: Network, values: readonly number[] | null): void;
}

export function answerBox(empty: string): Answer {
  const said = el("p", { class: "sentence verdict" });
  const bars = el("div", { class: "bars-box" });
  const layers = el("div", { class: "net" });
  const near = el("div", { class: "lookalikes" });
  const element = el("div", { class: "answer" }, said, bars, layers, near);
  return {
    element,
    show(app, network, values) {
      for (const each of [bars, layers, near]) each.hidden = values === null;
      said.textContent = values ? answered(app, probabilities(network, values)) : empty;
      if (!values) return;
      replace(bars, barsOf(app.run, null, probabilities(network, values)));
      replace(layers, ...responses(network, values));
      replace(near, ...lookalikes(app, values, argmax(probabilities(network, values))));
    },
  };
}

/** "Reads 7, 93 %, then 2, 4 %." or, below the threshold, "Not sure: perhaps 7, 43 %, or 2, 31 %." */
export function answered(app: App, answer: readonly number[]): string {
  const order = answer.map((_, label) => label).sort((a, b) => (answer[b] ?? 0) - (answer[a] ?? 0));
  const [first, second] = order.map((label) => `${nameOf(app.run, label)}, ${certainty(answer[label] ?? 0)}`);
  const values = { first: first ?? "", second: second ?? "" };
  if ((answer[argmax(answer)] ?? 0) < SURE) return say("answer.unsure", values);
  return isDigits(app.run) ? say("answer.reads", values) : say("answer.classifies", values);
}

/** The training samples nearest to it, and how many of them are of the class that the network names. */
function lookalikes(app: App, values: readonly number[], label: number): HTMLElement[] {
  const training = app.samples.list.filter((each) => !each.holdout);
  const near = nearest(values, training, 6, null);
  if (!near.length) return [];
  const agree = near.filter((each) => each.truth === label).length;
  const items = near.map((each) => {
    const picked = each.values && picture(app.run, each.values);
    return el("figure", { class: "near" }, picked, el("span", { translate: "no" }, nameOf(app.run, each.truth)));
  });
  const words = nearestSentence(
    agree,
    near.length,
    nameOf(app.run, label),
    imageOf(app.run) !== null,
    leftOut(app.run),
  );
  return [el("p", { class: "small muted" }, words), el("div", { class: "near-row" }, ...items)];
}
