// A command to copy. What it names is not for a translator.
import { button, copyFrom, el, ICONS, icon } from "./tools.ts";

export function commandLine(text: string, name: string): HTMLElement {
  const copy = button(icon(ICONS.copy), { class: "square copy", "aria-label": name }, () => void copyFrom(copy, text));
  return el("div", { class: "command" }, el("code", { tabindex: 0, translate: "no" }, text), copy);
}
