// Which panels stand where.

import { architecture } from "../lab/architecture.ts";
import { compareRuns } from "../lab/compare.ts";
import { perClass } from "../lab/perclass.ts";
import { playbook } from "../lab/playbook.ts";
import { recipe, runSummary } from "../lab/recipe.ts";
import { runHistory } from "../lab/runs.ts";
import { templates } from "../lab/templates.ts";
import type { App } from "../panels/app.ts";
import { confusion } from "../panels/confusion.ts";
import { convergence } from "../panels/convergence.ts";
import { opening } from "../panels/opening.ts";
import { studio } from "../panels/studio.ts";
import { breathe } from "../view/actions.ts";
import { el } from "../view/dom.ts";

export interface Section {
  id: string;
  nav: string;
  title: string;
  lead: string;
  panels: readonly ((app: App) => HTMLElement | HTMLElement[] | null)[];
}

export const SECTIONS: readonly Section[] = [
  {
    id: "data",
    nav: "Data",
    title: "Dataset studio",
    lead: "Every image by its number. Filter, shuffle, look closely, take one with you.",
    panels: [studio],
  },
  {
    id: "insights",
    nav: "Insights",
    title: "Model insights",
    lead: "How it learned, what it confuses, and what it looks for. Move through the epochs; everything that has an epoch follows.",
    panels: [convergence, confusion, architecture, perClass, templates],
  },
  {
    id: "experiment",
    nav: "Experiment",
    title: "Experiment playset",
    lead: "What was run, how to run it again, and whether another way is better.",
    panels: [runSummary, recipe, runHistory, compareRuns],
  },
  {
    id: "workflow",
    nav: "Workflow",
    title: "Workflow playbook",
    lead: "Five steps, and the files each of them leaves behind.",
    panels: [playbook],
  },
];

/** Fills the page section by section and makes one panel at a time, so that the browser can paint and answer in between. */
export async function mount(app: App): Promise<void> {
  const top = document.getElementById("opening");
  top?.replaceChildren(...opening(app));
  for (const section of SECTIONS) {
    const panels: HTMLElement[] = [];
    for (const make of section.panels) {
      await breathe();
      if (app.scope.aborted) return;
      panels.push(...[make(app) ?? []].flat());
    }
    const host = document.getElementById(section.id);
    if (!host) continue;
    const focused = host.contains(document.activeElement) ? document.activeElement?.closest("[id]")?.id : undefined;
    const head = el(
      "header",
      { class: "section-head" },
      el("h2", { id: `${section.id}-title`, tabindex: -1 }, section.title),
      el("p", {}, section.lead),
    );
    host.replaceChildren(head, el("div", { class: "panels" }, ...panels));
    if (section === SECTIONS[0]) performance.mark("interactive");
    if (focused)
      (
        document.getElementById(focused)?.querySelector<HTMLElement>("select, button") ??
        document.getElementById(focused)
      )?.focus({ preventScroll: true });
  }
  performance.mark("loaded"); // for the tests, and for anybody with a profiler
}
