// Opens the door to lab.js.
import type { Lab } from "../lab/door.ts";
import { el } from "../view/dom.ts";
import { tools } from "./tools.ts";

/** Resolves once deferred scripts had their turn; to null where lab.js is not beside the page. */
export const lab: Promise<Lab | null> = parsed().then(() =>
  typeof globalThis.openLab === "function" ? globalThis.openLab(tools) : null,
);

function parsed(): Promise<void> {
  return new Promise((resolve) => {
    if (document.readyState === "loading") addEventListener("DOMContentLoaded", () => resolve(), { once: true });
    else resolve();
  });
}

/** What stands where a panel of lab.js would. */
export function withoutLab(): HTMLElement {
  const text = "lab.js did not load, so the panels that it draws are missing here. It belongs beside this page.";
  return el("p", { class: "absence" }, text);
}
