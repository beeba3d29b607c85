// The chip beside the selector: which run this one is compared with, and the way out.
import type { Shown } from "../selection/session.ts";
import { clip } from "../text/format.ts";
import { say } from "../text/language.ts";
import { button, el, ICONS, icon } from "../view/dom.ts";

export function against({ index, compared }: Shown, leave: () => void): HTMLElement | null {
  if (compared === null) return null;
  const name = index?.index.runs.find((run) => run.run_id === compared)?.label ?? compared;
  const short = clip(name, 24);
  const words = { class: "chip", "aria-label": say("against.leave", { name: short }), title: name };
  const chip = button(el("span", {}, say("against"), " ", el("span", { translate: "no" }, short)), words, leave);
  chip.append(icon(ICONS.close));
  return chip;
}
