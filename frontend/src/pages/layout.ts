// Which panels stand where.
import type { Panel, Place } from "../below/door.ts";
import { type App, makers } from "../panels/app.ts";
import { confusion } from "../panels/confusion.ts";
import { opening } from "../panels/opening.ts";
import { studio } from "../panels/studio.ts";
import { say } from "../text/language.ts";
import { breathe } from "../view/actions.ts";
import { attempt } from "../view/attempt.ts";
import { button, el, ICONS, icon, set } from "../view/dom.ts";
import { find, focused, inFocus } from "../view/focus.ts";
import { below, panelsOf } from "./below.ts";

/** Where the laboratory has something: a training that runs, pauses, is done or diverged. */
export const TRAINED = ".live-bar, [data-state=running], [data-state=paused], [data-state^=d]";
export interface Section {
  id: string;
  words(): { nav: string; title: string; lead: string };
  first?: Place; // what the deferred scripts have before them
  panels: readonly Panel[]; // in the first script
  rest?: Place; // and after them
}

export const SECTIONS: readonly Section[] = [
  {
    id: "data",
    words: () => ({ nav: say("nav.data"), title: say("title.data"), lead: say("lead.data") }),
    panels: [studio],
  },
  {
    id: "insights",
    words: () => ({ nav: say("nav.insights"), title: say("title.insights"), lead: say("lead.insights") }),
    first: "learning",
    panels: [confusion],
    rest: "insights",
  },
  {
    id: "lab",
    words: () => ({ nav: say("nav.lab"), title: say("title.lab"), lead: say("lead.lab") }),
    panels: [],
    rest: "lab",
  },
  {
    id: "experiment",
    words: () => ({ nav: say("nav.experiment"), title: say("title.experiment"), lead: say("lead.experiment") }),
    panels: [],
    rest: "experiment",
  },
  {
    id: "workflow",
    words: () => ({ nav: say("nav.workflow"), title: say("title.workflow"), lead: say("lead.workflow") }),
    panels: [],
    rest: "workflow",
  },
];

/** Fills the page section by section, one panel at a time, so that the browser can paint and answer in between. */
export async function mount(app: App): Promise<void> {
  const top = document.getElementById("opening");
  top?.replaceChildren(...built(opening, app));
  await below; // so that what it fills is filled before it is painted
  for (const section of SECTIONS) {
    const panels: HTMLElement[] = [];
    const before = section.first && (await below) ? await panelsOf(section.first) : [];
    const after = section.rest ? await panelsOf(section.rest) : [];
    for (const make of [...before, ...section.panels, ...after]) {
      await breathe();
      if (app.scope.aborted) return;
      panels.push(...built(make, app));
    }
    const host = document.getElementById(section.id);
    if (!host) continue;
    const kept = host.contains(inFocus()) && focused();
    const { title, lead } = section.words();
    const head = el(
      "header",
      { class: "section-head" },
      el("h2", { id: `${section.id}-title`, tabindex: -1 }, title),
      el("p", {}, lead),
      foldable(host, title),
    );
    host.replaceChildren(head, el("div", { class: "panels" }, ...panels));
    if (section === SECTIONS[0]) attempt(() => performance.mark("interactive"));
    if (kept) find(kept)?.focus({ preventScroll: true });
  }
  document.body.classList.add("settled");
  attempt(() => performance.mark("loaded")); // for the tests, and for profilers
}

function built(make: Panel, app: App): HTMLElement[] {
  const found = [make(app) ?? []].flat();
  for (const each of found) makers.set(each, make);
  return found;
}

/** On a phone every section can be folded. */
function foldable(host: HTMLElement, title: string): HTMLElement {
  const fold = button(icon(ICONS.down), { class: "square fold", "aria-label": title, "aria-expanded": "true" }, () =>
    set(fold, "aria-expanded", String(!host.classList.toggle("folded"))),
  );
  set(fold, "aria-expanded", String(!host.classList.contains("folded")));
  return fold;
}

/** Takes away what an earlier start built, as in a page that a browser saved. True if there was any. */
export function unmount(): boolean {
  const built = Boolean(document.getElementById("selector")?.hasChildNodes());
  for (const id of [
    "selector",
    "nav",
    "tools",
    "state",
    "opening",
    ...SECTIONS.map((each) => each.id),
    "toasts",
    "status",
  ])
    document.getElementById(id)?.replaceChildren();
  for (const reader of document.querySelectorAll("iframe.reader")) reader.remove();
  document.body.classList.remove("loaded", "settled");
  return built;
}
