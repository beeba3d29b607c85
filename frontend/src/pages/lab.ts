// Opens the door to lab.js.
import type { Lab } from "../lab/door.ts";
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
