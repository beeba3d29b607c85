// The probability of each class as a bar.
import type { Run } from "../bundle/run.ts";
import { argmax } from "../model/network.ts";
import { certainty, el, nameOf, say } from "./tools.ts";

/** Of more than 12 classes the 10 most probable; `truth` is null for what nobody labelled. */
export function barsOf(run: Run, truth: number | null, values: readonly number[]): HTMLElement {
  const top = argmax(values);
  const keys = values.map((_, i) => i);
  const shown = keys.length > 12 ? keys.sort((a, b) => (values[b] ?? 0) - (values[a] ?? 0)).slice(0, 10) : keys;
  const rows = shown.map((label) => {
    const value = values[label] ?? 0;
    const fill = el("i", {});
    fill.style.width = `${100 * value}%`;
    const kind = label === (truth ?? top) ? "truth" : label === top ? "wrong" : null;
    const mark = label === truth ? ` (${say("true.word")})` : label === top ? ` (${say("predicted.word")})` : "";
    return el(
      "li",
      { class: kind },
      el("b", { translate: "no" }, nameOf(run, label), mark && el("span", { class: "visually-hidden" }, mark)),
      el("span", { class: "track" }, fill),
      el("span", { class: "num" }, certainty(value, 1)),
    );
  });
  return el("ol", { class: "bars", "aria-label": say("bars") }, ...rows);
}
