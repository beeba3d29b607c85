// The filter by confidence: two ends in percent.
import type { App } from "../panels/app.ts";
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
      const value = Math.round(Number(input.value));
      const range: [number, number] = [...app.store.selection.confidence];
      range[end] = Math.max(0, Math.min(100, Number.isFinite(value) ? value : end * 100));
      app.store.set({ confidence: range[0] <= range[1] ? range : [range[1], range[0]] });
    });
    return input;
  }) as [HTMLInputElement, HTMLInputElement];
  watch(app, ["confidence"], (selection) => {
    [low.value, high.value] = selection.confidence.map(String) as [string, string];
  });
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
