// One suspicious sample: what runs said of it, and the samples that are most like it.
import type { Suspect } from "../model/suspicious.ts";
import type { App } from "../panels/app.ts";
import type { Sample } from "../selection/samples.ts";
import {
  button,
  captionOf,
  el,
  imageOf,
  lookAt,
  nameOf,
  nearest,
  picture,
  replace,
  say,
  series,
  short,
  showInStudio,
  shownFeatures,
  small,
  terms,
} from "./tools.ts";

const NEAR = 6; // as many as beside the selected sample
const FEATURES = 4; // of a table's row

export interface Card {
  element: HTMLElement;
  /** Looks for the samples that are most like it, which takes a while where there are many. */
  compare(): void;
}

export function card(app: App, { id, truth, heldOut, wrong, said }: Suspect): Card {
  const sample = app.samples.byId.get(id);
  const name = nameOf(app.run, truth);
  const other = nameOf(app.run, said[0]?.[0] ?? truth);
  const several = said.length > 1;
  const parts = said.map(([label, n]) =>
    several ? say("suspect.part", { name: nameOf(app.run, label), n }) : nameOf(app.run, label),
  );
  const values = { wrong, count: heldOut, as: terms(app.run).as, parts: series(parts) };
  const near = el("div", { class: "suspect-near" });
  const open = button(
    null,
    {
      class: "miss-tile",
      "data-sample": id,
      disabled: !sample,
      "aria-label": say("suspect.open", { id: String(id), name, other }),
    },
    () => {
      lookAt(app, id);
      showInStudio(app, {});
    },
  );
  if (sample?.values) open.append(picture(app.run, sample.values));
  open.append(captionOf(name, `→ ${other}`));
  const element = el(
    "li",
    { class: "suspect" },
    open,
    el(
      "div",
      {},
      el(
        "h4",
        {},
        say("sample.id", { id: String(id) }),
        " ",
        el("span", { class: "muted" }, say("suspect.label", { name })),
      ),
      el("p", {}, say("suspect.wrong", values)),
      sample?.values && !imageOf(app.run) ? el("p", { class: "small muted" }, rowOf(app, sample.values)) : null,
      el("p", { class: "small muted" }, here(app, sample)),
      near,
    ),
  );
  return { element, compare: () => replace(near, ...(sample?.values ? alike(app, sample, sample.values) : [])) };
}

/** What the run of the page made of it. */
function here(app: App, sample: Sample | undefined): string {
  if (!sample) return say("suspect.missing");
  if (!sample.guess) return say("suspect.training");
  const values = { as: terms(app.run).as, name: nameOf(app.run, sample.guess.label) };
  return sample.guess.label === sample.truth ? say("suspect.right", values) : say("suspect.here", values);
}

/** The samples of the data set nearest to it, on whichever side of a split, and how many of them have its label. */
function alike(app: App, sample: Sample, values: ArrayLike<number>): HTMLElement[] {
  const { network } = app.run;
  const scale = !imageOf(app.run) && network.state === "ok" ? network.value.scale : null;
  const others = app.samples.list.filter((each) => each.id !== sample.id);
  const near = nearest(values, others, NEAR, scale);
  if (!near.length) return [];
  const agree = near.filter((each) => each.truth === sample.truth).length;
  const said = {
    name: nameOf(app.run, sample.truth),
    agree: small(agree),
    all: small(near.length),
  };
  const text = !agree
    ? say("suspect.near.none", said)
    : agree === near.length
      ? say("suspect.near.all", said)
      : agree === 1
        ? say("suspect.near.one", said)
        : say("suspect.near", said);
  const tiles = near.map((each) => {
    const tile = el("span", { class: each.truth === sample.truth ? "near" : "near other", "aria-hidden": "true" });
    if (each.values) tile.append(picture(app.run, each.values));
    tile.append(el("span", { translate: "no" }, nameOf(app.run, each.truth)));
    return tile;
  });
  return [
    el("p", { class: 2 * agree < near.length ? "small against-label" : "small muted" }, text),
    el("div", { class: "near-row" }, ...tiles),
  ];
}

/** The beginning of a table's row. */
function rowOf(app: App, values: ArrayLike<number>): string {
  const names = app.run.summary.dataset.feature_names ?? [];
  const few = shownFeatures(app.run).slice(0, FEATURES);
  return few.map((feature) => `${names[feature] ?? ""} ${short(values[feature] ?? 0)}`).join(" · ");
}
