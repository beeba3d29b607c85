// The filter by confidence: two ends in percent.
import type { App } from "../panels/app.ts";
import type { Selection } from "../selection/state.ts";
import { el, say, watch } from "./tools.ts";

export function confidence(app: App): HTMLElement {
  const [low, high] = ([0, 1] as const).map((end) => {
    const input = el("input", {
      type: "number",
      min: 0,
      max: 100,
      step: 1,
      "aria-label": end ? say("confidence.most") : say("confidence.least"),
    });
    input.addEventListener("change", () => {
      const value = Math.round(input.valueAsNumber); // not a number where it was emptied
      const range: [number, number] = [...app.store.selection.confidence];
      range[end] = Math.max(0, Math.min(100, Number.isNaN(value) ? end * 100 : value));
      app.store.set({ confidence: range[0] <= range[1] ? range : [range[1], range[0]] });
      show(app.store.selection);
    });
    return input;
  }) as [HTMLInputElement, HTMLInputElement];
  const show = ({ confidence }: Selection): void => {
    [low.value, high.value] = confidence.map(String) as [string, string];
  };
  watch(app, ["confidence"], show);
  return el(
    "div",
    { class: "field range", role: "group", "aria-label": say("confidence") },
    el("span", {}, say("confidence")),
    low,
    "–",
    high,
    "%",
  );
}
