// The samples that changed sides between two runs.
import type { App } from "../panels/app.ts";
import { button, captionOf, el, lookAt, nameOf, onThemeChange, picture, say, showInStudio, terms } from "./tools.ts";

const SHOWN = 24;

export function changedSamples(
  app: App,
  title: string,
  ids: readonly number[],
  outcome: "fixed" | "broken",
): HTMLElement {
  const heading = el("h4", {}, `${title} (${ids.length})`);
  if (!ids.length)
    return el("div", { class: "changed" }, heading, el("p", { class: "small muted" }, say("changed.none")));
  return el(
    "div",
    { class: "changed" },
    heading,
    changedTiles(app, ids),
    button(say("changed.studio"), { class: "quiet" }, () =>
      showInStudio(app, { truth: [], predicted: null, split: "all", outcome, confidence: [0, 100], among: [] }),
    ),
  );
}

/** The first of these samples, with what each was and is taken for. */
export function changedTiles(app: App, ids: readonly number[]): HTMLElement {
  const strip = el("div", { class: "strip" });
  const draw = (): void => strip.replaceChildren(...ids.slice(0, SHOWN).map((id) => tile(app, id)));
  draw();
  onThemeChange(draw, app.scope);
  return strip;
}

function tile(app: App, id: number): HTMLElement {
  const sample = app.samples.byId.get(id);
  const before = app.compared?.samples.byId.get(id)?.guess?.label;
  const [was, now] = [before, sample?.guess?.label].map((label) =>
    label === undefined ? "?" : nameOf(app.run, label),
  );
  const words = say("changed.tile", {
    was: was ?? "",
    now: now ?? "",
    id: String(id),
    truth: nameOf(app.run, sample?.truth ?? 0),
    as: terms(app.run).as,
  });
  const result = button(null, { class: "miss-tile", "aria-label": words, title: words }, () => {
    lookAt(app, id);
    showInStudio(app, {});
  });
  if (sample?.values) result.append(picture(app.run, sample.values));
  result.append(captionOf(was ?? "", `→ ${now}`));
  return result;
}
