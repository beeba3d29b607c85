// Opens the doors to the scripts that are not needed for the first view.
import type { AllTools, Panel, Panels, Place, Places } from "../below/door.ts";
import { say } from "../text/language.ts";
import { el } from "../view/dom.ts";
import { tools } from "./tools.ts";

/** Resolves once deferred scripts had their turn; to null where panels.js is not beside the page. */
export const below: Promise<Panels | null> = parsed().then(() =>
  typeof globalThis.openPanels === "function" ? globalThis.openPanels(tools) : null,
);

/** The same of a script that also uses what panels.js shares. */
const after = <T>(door: () => ((tools: AllTools) => T) | undefined): Promise<T | null> =>
  below.then((panels) => {
    const open = door();
    return panels && typeof open === "function" ? open({ ...tools, ...panels.shared }) : null;
  });
const lab = after(() => globalThis.openLab);
const runs = after(() => globalThis.openRuns);

const SCRIPTS: Readonly<Record<Place, readonly [string, Promise<Partial<Places<Place>> | null>]>> = {
  learning: ["panels.js", below],
  insights: ["panels.js", below],
  lab: ["lab.js", lab],
  experiment: ["runs.js", runs],
  workflow: ["runs.js", runs],
};

/** The panels that stand somewhere, or what stands there without their script. */
export async function panelsOf(place: Place): Promise<readonly Panel[]> {
  const [script, opened] = SCRIPTS[place];
  const missing = (await below) ? script : "panels.js"; // which the others need
  return (await opened)?.[place] ?? [() => without(missing)];
}

function parsed(): Promise<void> {
  return new Promise((resolve) => {
    if (document.readyState === "loading") addEventListener("DOMContentLoaded", () => resolve(), { once: true });
    else resolve();
  });
}

/** What stands where a panel of a script that is missing would. */
export function without(script: string): HTMLElement {
  const text = say("without", { script });
  return el("p", { class: "absence" }, text);
}
