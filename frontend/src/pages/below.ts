// Opens the doors to the scripts that are not needed for the first view.
import type { Panel, Panels, Places } from "../below/door.ts";
import { el } from "../view/dom.ts";
import { tools } from "./tools.ts";

/** Resolves once deferred scripts had their turn; to null where panels.js is not beside the page. */
export const below: Promise<Panels | null> = parsed().then(() =>
  typeof globalThis.openPanels === "function" ? globalThis.openPanels(tools) : null,
);

const laboratory: Promise<readonly Panel[] | null> = below.then((panels) =>
  panels && typeof globalThis.openLab === "function" ? globalThis.openLab({ ...tools, ...panels.shared }) : null,
);

/** What panels.js has before a section's own panels. */
export async function firstOf(place: keyof Places): Promise<readonly Panel[]> {
  return (await below)?.[place] ?? [];
}

/** The panels that stand somewhere, or what stands there without their script. */
export async function panelsOf(place: keyof Places | "lab"): Promise<readonly Panel[]> {
  if (place === "lab") return (await laboratory) ?? [() => without("lab.js", "the laboratory is")];
  return (await below)?.[place] ?? [() => without("panels.js", "the panels that it draws are")];
}

function parsed(): Promise<void> {
  return new Promise((resolve) => {
    if (document.readyState === "loading") addEventListener("DOMContentLoaded", () => resolve(), { once: true });
    else resolve();
  });
}

/** What stands where a panel of a script that is missing would. */
export function without(script: string, what: string): HTMLElement {
  const text = `${script} did not load, so ${what} missing here. It belongs beside this page.`;
  return el("p", { class: "absence" }, text);
}
