// The images of the matrix's selected cell, unfolded below it: the answer where the question was.
import type { App } from "../panels/app.ts";
import type { Sample } from "../selection/samples.ts";
import {
  button,
  CURRENT,
  certainty,
  currentSample,
  el,
  lookAt,
  nameOf,
  onThemeChange,
  picture,
  replace,
  say,
  set,
  showInStudio,
  terms,
  watch,
} from "./tools.ts";

const MOST = 24;

export function tray(app: App, box: HTMLElement): void {
  const draw = (): void => {
    const { truth, predicted } = app.store.selection;
    const [row] = truth;
    box.hidden = truth.length !== 1 || row === undefined || predicted === null;
    if (row !== undefined && predicted !== null && !box.hidden) replace(box, ...imagesOf(app, row, predicted));
  };
  const select = (): void => {
    const id = String(currentSample(app)?.id);
    for (const each of box.querySelectorAll<HTMLElement>("[data-sample]"))
      set(each, "aria-current", each.dataset.sample === id ? "true" : null);
  };
  watch(app, CURRENT, () => {
    draw();
    select();
  });
  onThemeChange(draw, app.scope);
}

function imagesOf(app: App, truth: number, predicted: number): HTMLElement[] {
  const doubt = ({ guess }: Sample): number => guess?.probabilities[truth] ?? 0;
  const { selection } = app.store;
  const listed = app.shown.samples(selection);
  const found = listed.filter((sample) => sample.values);
  const isLost = !found.length && (listed.length > 0 || app.run.holdout.state !== "ok"); // an empty cell has no images
  const shown = [...found].sort((a, b) => doubt(a) - doubt(b)).slice(0, MOST);
  const names = { truth: nameOf(app.run, truth), predicted: nameOf(app.run, predicted), as: terms(app.run).as };
  const more = shown.length < found.length ? [say("tray.shown", shownOf(shown, found))] : [];
  const words = [say("tray.count", { ...names, count: found.length }), ...more].join(", ");
  const close = button(say("tray.close"), { class: "quiet" }, () => {
    const cell = document.querySelector<HTMLElement>(".matrix td[tabindex='0']");
    app.store.set({ truth: [], predicted: null });
    cell?.focus({ preventScroll: true });
  });
  const open = button(say("tray.studio"), { class: "quiet" }, () => showInStudio(app, {}));
  return [
    el("div", { class: "tray-head" }, el("p", { class: "small" }, words), el("div", {}, open, close)),
    isLost
      ? el("p", { class: "small muted" }, say("tray.none"))
      : el("div", { class: "tray-images" }, ...shown.map((sample) => tile(app, sample))),
  ];
}

const shownOf = (shown: readonly Sample[], found: readonly Sample[]): { shown: number; count: number } => ({
  shown: shown.length,
  count: found.length,
});

function tile(app: App, sample: Sample): HTMLElement {
  const sure = sample.guess && app.shown.labels(app.store.selection) === null && certainty(sample.guess.confidence);
  const name = say("tray.image", { id: String(sample.id), truth: nameOf(app.run, sample.truth) });
  const result = button(
    sample.values && picture(app.run, sample.values),
    { class: "near", "data-sample": sample.id, "aria-label": sure ? `${name}, ${sure}` : name },
    () => {
      lookAt(app, sample.id);
      showInStudio(app, {});
    },
  );
  result.append(el("span", {}, sure || String(sample.id)));
  return result;
}
