// The chip beside the selector: which run this one is compared with, and the way out.
import type { Shown } from "../selection/session.ts";
import { clip } from "../text/format.ts";
import { button, el, ICONS, icon } from "../view/dom.ts";

export function against({ index, compared }: Shown, leave: () => void): HTMLElement | null {
  if (compared === null) return null;
  const name = index?.index.runs.find((run) => run.run_id === compared)?.label ?? compared;
  const words = { class: "chip", "aria-label": `vs ${clip(name, 24)}: stop comparing`, title: name };
  const chip = button(el("span", {}, "vs ", el("span", { translate: "no" }, clip(name, 24))), words, leave);
  chip.append(icon(ICONS.close));
  return chip;
}
