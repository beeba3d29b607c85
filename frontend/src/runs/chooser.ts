// Which settings are columns of the history: of those that differ, the first few, or what was ticked.
import { el, replace, say } from "./tools.ts";

const FEW = 3; // so that the table stays readable

export interface Chooser {
  element: HTMLElement;
  /** Offers these settings, and returns those that are columns. */
  show(differ: readonly string[]): readonly string[];
}

export function chooser(changed: () => void): Chooser {
  const ticked = new Map<string, boolean>(); // what was chosen by hand
  const summary = el("summary", {});
  const boxes = el("div", { class: "controls" });
  const element = el("details", { class: "data columns" }, summary, boxes);
  let offered = "";
  return {
    element,
    show(differ) {
      const shown = differ.filter((key, i) => ticked.get(key) ?? i < FEW);
      element.hidden = differ.length === 0;
      const text = say("columns", { shown: shown.length, count: differ.length });
      if (summary.textContent !== text) summary.textContent = text;
      if (offered !== differ.join()) {
        offered = differ.join();
        replace(boxes, ...differ.map((key) => tick(key, shown.includes(key), ticked, changed)));
      }
      return shown;
    },
  };
}

function tick(key: string, on: boolean, ticked: Map<string, boolean>, changed: () => void): HTMLElement {
  const input = el("input", { type: "checkbox", checked: on });
  input.addEventListener("change", () => {
    ticked.set(key, input.checked);
    changed();
  });
  return el("label", { class: "field mono", translate: "no" }, input, key);
}
