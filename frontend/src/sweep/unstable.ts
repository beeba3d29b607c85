// Samples that some trainings of a setting get right and some wrong; a click shows one in a right and a wrong run.
import { imageOf } from "../text/facts.ts";
import { say } from "../text/language.ts";
import { copyFrom } from "../view/actions.ts";
import { button, type Child, el, ICONS, icon, replace, segmented, select } from "../view/dom.ts";
import { sameLanguage } from "../view/languages.ts";
import { panel } from "../view/panel.ts";
import { captionOf, lookOfImage, painting } from "../view/picture.ts";
import { onThemeChange } from "../view/theme.ts";
import { type App, runAddress, trainCommand } from "./app.ts";
import { settingName } from "./words.ts";

type Kind = "unstable" | "never_right";
const FIRST = 40;

export function unstable(app: App): HTMLElement | null {
  const { sweep } = app;
  if (!sweep.stability.length) return null;
  let at = Math.max(
    0,
    sweep.stability.findIndex(({ setting }) => setting === sweep.best?.setting),
  );
  let kind: Kind = "unstable";
  let most = FIRST;
  let open: number | null = null; // place in the list
  const words = el("p", { class: "reading" });
  const grid = el("div", { class: "strip sample-strip" });
  const detail = el("div", { class: "sample-detail", "aria-live": "polite" });
  const more = el("div", {});
  const draw = (): void => {
    const each = sweep.stability[at];
    if (!each) return;
    const list = each[kind];
    words.textContent = summary(each, kind);
    replace(
      grid,
      ...list.sample_id.slice(0, most).map((_, i) => tile(app, each, kind, i, i === open, () => choose(i))),
    );
    replace(
      more,
      list.sample_id.length > most &&
        button(say("show.all", { n: list.sample_id.length }), { class: "quiet" }, () => {
          most = list.sample_id.length;
          draw();
        }),
    );
    replace(detail, ...(open === null ? [] : details(app, each, kind, open)));
  };
  const choose = (i: number): void => {
    open = open === i ? null : i;
    [...grid.children].forEach((each, k) => {
      each.classList.toggle("selected", k === open);
      each.setAttribute("aria-pressed", String(k === open));
    });
    const each = sweep.stability[at];
    replace(detail, ...(open === null || !each ? [] : details(app, each, kind, open)));
  };
  const begin = (change: () => void): void => {
    change();
    [open, most] = [null, FIRST];
    draw();
  };
  const kinds = segmented<Kind>(
    say("unstable.which"),
    [
      { value: "unstable", text: say("unstable.some") },
      { value: "never_right", text: say("unstable.never") },
    ],
    kind,
    (value) => {
      kinds.show(value);
      begin(() => {
        kind = value;
      });
    },
  );
  const names = sweep.stability.map(({ setting }, i) => [String(i), settingName(sweep, setting)] as const);
  const chosen =
    names.length > 1 &&
    select(say("setting"), names, String(at), (value) =>
      begin(() => {
        at = Number(value);
      }),
    );
  draw();
  onThemeChange(draw, app.scope);
  const title = sweep.dataset.image_shape ? say("unstable.images") : say("unstable.samples");
  return panel(
    { title, files: ["sweep.json"] },
    el("div", { class: "controls" }, kinds.element, chosen),
    words,
    grid,
    more,
    detail,
  );
}

type Stability = App["sweep"]["stability"][number];

function summary(each: Stability, kind: Kind): string {
  const total = kind === "unstable" ? each.unstable_in_all : each.never_right_in_all;
  const values = { all: each.held_twice, count: total };
  if (!total) return kind === "unstable" ? say("unstable.none", values) : say("unstable.none.never", values);
  const listed = each[kind].sample_id.length;
  const text = kind === "unstable" ? say("unstable.are", values) : say("unstable.are.never", values);
  return listed < total ? `${text} ${say("unstable.listed", { n: listed })}` : text;
}

function nameOf({ sweep, images }: App, sample: number): string {
  const label = images.state === "ok" ? images.value.labels[sample] : undefined;
  return label === undefined ? `#${sample}` : (sweep.dataset.class_names[label] ?? String(label));
}

function tile(app: App, each: Stability, kind: Kind, i: number, open: boolean, choose: () => void): HTMLElement {
  const list = each[kind];
  const [sample, held, wrong] = [list.sample_id[i] ?? 0, list.held[i] ?? 0, list.wrong[i] ?? 0];
  const shown = `${nameOf(app, sample)} · ${wrong}/${held}`;
  const words = say("unstable.tile", { shown, id: String(sample), wrong, count: held });
  const result = button(
    null,
    {
      class: open ? "miss-tile selected" : "miss-tile",
      "aria-pressed": String(open),
      "aria-label": words,
      title: words,
    },
    choose,
  );
  const image = pictureOf(app, sample);
  if (image) result.append(image);
  result.append(captionOf(nameOf(app, sample), `· ${wrong}/${held}`));
  return result;
}

function pictureOf({ sweep, images }: App, sample: number): HTMLCanvasElement | null {
  const image = imageOf({ summary: sweep });
  if (!image || images.state !== "ok" || (images.value.kept && !images.value.kept.has(sample))) return null;
  const size = image.shape[0] * image.shape[1] * image.channels;
  return painting(lookOfImage(image), images.value.values.subarray(sample * size, (sample + 1) * size));
}

function details(app: App, each: Stability, kind: Kind, i: number): Child[] {
  const list = each[kind];
  const sample = list.sample_id[i] ?? 0;
  const [right, wrong] = [list.right_point[i] ?? null, list.wrong_point[i] ?? null];
  const both = right === null || wrong === null || !runOf(app, wrong) ? null : runAddress(app, right, sample, wrong);
  return [
    pictureOf(app, sample),
    el(
      "div",
      { class: "stack" },
      el("h4", { translate: "no" }, say("near.tile", { name: nameOf(app, sample), id: String(sample) })),
      el("p", { class: "muted" }, say("unstable.wrong", { wrong: list.wrong[i] ?? 0, count: list.held[i] ?? 0 })),
      el(
        "p",
        { class: "controls" },
        both && linkTo(both, say("unstable.both")),
        ...(
          [
            [say("unstable.right.in"), right],
            [say("unstable.wrong.in"), wrong],
          ] as const
        ).flatMap(([words, point]) => (point === null ? [] : [way(app, point, sample, words)])),
      ),
    ),
  ];
}

const runOf = ({ sweep }: App, point: number): string | null => sweep.points.run[point] ?? null;

/** To the run of a point, or to the command that trains it. */
export function way(app: App, point: number, sample: number | undefined, words: string): HTMLElement {
  const address = runAddress(app, point, sample);
  const name = say("random.state.of", { n: String(app.sweep.points.random_state[point]) });
  if (address) return linkTo(address, `${words} ${name}`.trim());
  const command = trainCommand(app, point);
  const copy = button(
    icon(ICONS.copy),
    { class: "square copy", "aria-label": say("sweep.train", { name }), title: command },
    () => void copyFrom(copy, command),
  );
  return el("span", { class: "way" }, `${words} ${name}${runOf(app, point) ? "" : `, ${say("sweep.unkept")}`} `, copy);
}

export function linkTo(address: string, words: string): HTMLAnchorElement {
  const link = el("a", { class: "run-link" }, words);
  link.href = sameLanguage(address); // of this page's folder: its parts passed the rules for paths and run ids
  return link;
}
