// The first thing on the page: what the run is, in a sentence, and the images it found hardest.

import { join, parent } from "../bundle/path.ts";
import { hardest, isRight, type Sample } from "../selection/samples.ts";
import { NOWHERE } from "../text/commands.ts";
import { hiddenSizes, nameOf, tally, terms, titleOf } from "../text/facts.ts";
import { certainty, time } from "../text/format.ts";
import { sentence as full, say } from "../text/language.ts";
import { divergence, hardestCaption, layersOf, performance } from "../text/sentences.ts";
import { besides } from "../text/verdicts.ts";
import { belowCommonest, closeToCommonest, splitRemarks } from "../text/words.ts";
import { button, type Child, el, replace } from "../view/dom.ts";
import { sameLanguage, unspoken } from "../view/languages.ts";
import { captionOf, picture } from "../view/picture.ts";
import { onThemeChange } from "../view/theme.ts";
import { type App, watch } from "./app.ts";
import { CURRENT, currentSample, lookAt, unfiltered } from "./current.ts";
import { showInStudio } from "./reveal.ts";
import { tiles } from "./tiles.ts";

export function opening(app: App): HTMLElement[] {
  const { summary, notices, curve } = app.run;
  const marks = [
    summary.synthetic && notice("warn", say("synthetic"), say("synthetic.why")),
    curve.state === "ok" &&
      curve.value.diverged &&
      notice("bad", say("diverged"), `${divergence(curve.value)} ${say("diverged.why")}`),
    summary.interrupted && notice("warn", say("interrupted"), say("interrupted.why", { ...summary.interrupted })),
    ...[unspoken(), belowCommonest(app.run), closeToCommonest(app.run), app.uncompared, ...notices].map(
      (text) => text !== null && notice("warn", say("note"), text),
    ),
    ...app.run.files
      .filter((file) => file.verified === "damaged")
      .map((file) => notice("bad", say("damaged"), say("damaged.why", { file: file.name }))),
  ];
  const head = el(
    "div",
    { class: "opening-text" },
    el(
      "p",
      { class: "eyebrow" },
      el("b", { id: "title", translate: "no" }, titleOf(app.run)),
      " · ",
      el("span", { lang: "en" }, summary.dataset.title),
      ` · ${time(summary.created)}`,
      ...sweepOf(app),
    ),
    el("h1", {}, sentence(app)),
  );
  return [
    el("div", { class: "notices" }, ...marks),
    el("div", { class: "opening-row" }, head, mistakes(app)),
    tiles(app),
  ];
}

/** The way to the sweep that the run is a point of. */
function sweepOf({ run, here }: App): Child[] {
  const { sweep } = run.summary;
  if (!sweep || here === NOWHERE) return [];
  const link = el("a", {}, say("its.sweep"));
  link.href = sameLanguage(`sweep.html?sweep=${join(join(parent(run.directory), "sweeps"), sweep)}`); // both passed the rules for paths
  return [" · ", link];
}

function notice(kind: "warn" | "bad", title: string, text: string): HTMLElement {
  return el("p", { class: `notice ${kind}` }, el("b", {}, title), " ", text);
}

function sentence(app: App): string {
  const { summary, metrics } = app.run;
  const { dataset, split } = summary;
  const score = tally(app.run);
  const { images, reads } = terms(app.run);
  const facts = performance({
    layers: layersOf(hiddenSizes(app.run)),
    training: images(split.training),
    holdout: score?.n ?? split.holdout,
    hits: score?.hits ?? null,
    damaged: metrics.state === "damaged",
    reads,
  });
  const random = (summary.config.get("split") ?? "random") === "random";
  const people = dataset.name === "digits" && random && score ? ` ${say("people")}` : "";
  const remarks = splitRemarks(app.run)
    .map((remark) => ` ${full(remark)}`)
    .join("");
  return `${facts}${people}${remarks}${app.compared ? ` ${besides(app.run, app.compared.run)}` : ""}`;
}

/** Mistakes; where there are few, also the samples it was least sure of. */
function mistakes(app: App): HTMLElement | null {
  const order = hardest(app.samples, 8);
  if (!order.length) return null;
  const wrong = app.samples.list.filter((sample) => isRight(sample) === false).length;
  const box = el("div", { class: "strip" });
  const draw = (): void => replace(box, ...order.map((sample) => tile(app, sample)));
  draw();
  onThemeChange(draw, app.scope);
  watch(app, CURRENT, ({ sample }) => {
    const shown = sample === null ? null : currentSample(app);
    [...box.children].forEach((each, i) => each.classList.toggle("selected", order[i] === shown));
  });
  watch(app, ["epoch"], (selection) => {
    const then = app.shown.labels(selection);
    [...box.children].forEach((each, i) => {
      const { id, truth } = order[i] as Sample;
      each.classList.toggle("learned", then?.get(id) === truth);
    });
  });
  const among = order.filter((sample) => !isRight(sample)).length; // without the data set, few have an image
  const { caption, all: words } = hardestCaption(wrong, order.length, among);
  const all =
    words && button(words, { class: "quiet" }, () => showInStudio(app, { ...unfiltered(), outcome: "wrong" }));
  return el("div", { class: "hardest" }, el("div", { class: "hardest-head" }, el("h2", {}, caption), all), box);
}

function tile(app: App, sample: Sample): HTMLElement {
  const guess = sample.guess?.label ?? 0;
  const right = isRight(sample);
  const { as, correctly } = terms(app.run);
  const confidence = certainty(sample.guess?.confidence ?? 0).replaceAll(" ", "\u00a0");
  const name = nameOf(app.run, sample.truth);
  const second = right ? `· ${confidence}` : `→ ${nameOf(app.run, guess)}`;
  const shown = `${name} ${second}`;
  const values = {
    shown,
    id: String(sample.id),
    truth: name,
    guess: nameOf(app.run, guess),
    as,
    correctly,
    confidence,
  };
  const words = right ? say("tile.right", values) : say("tile.wrong", values);
  const result = button(
    null,
    { class: right ? "miss-tile right" : "miss-tile", "aria-label": words, title: words },
    () => {
      lookAt(app, sample.id);
      showInStudio(app, {});
    },
  );
  if (sample.values) result.append(picture(app.run, sample.values));
  result.append(captionOf(name, second));
  return result;
}
