// The curves of a training while it grows, over those of the stored run; and the samples that are wrong just now.
import type { Run } from "../bundle/run.ts";
import type { LossCurve } from "../contract.ts";
import type { App } from "../panels/app.ts";
import {
  button,
  calm,
  captionOf,
  el,
  lineChart,
  lookAt,
  nameOf,
  percent,
  picture,
  replace,
  say,
  segmented,
  short,
} from "./tools.ts";

const OFTEN = 120; // milliseconds between two drawings of the curves
const CALM = 1000; // the same where motion is to be reduced
const SHOWN = 16; // wrong samples

type Measure = "loss" | "accuracy";

export interface Progress {
  element: HTMLElement;
  /** `last` draws at once. */
  show(app: App, curve: LossCurve, wrong: Wrong | null, last: boolean): void;
}

/** What the hold-out was given after the last epoch. */
export interface Wrong {
  ids: readonly number[];
  given: ArrayLike<number>;
}

export function progress(run: Run): Progress {
  let measure: Measure = "loss";
  let drawn = -Infinity;
  let again = (): void => undefined;
  const chart = lineChart(
    () => undefined,
    () => undefined,
    new AbortController().signal,
  );
  const said = el("figcaption", { class: "reading" });
  const strip = el("div", { class: "strip lab-strip" });
  const wrongSaid = el("p", { class: "small muted" });
  const choice = segmented(
    say("measure"),
    [
      { value: "loss", text: say("loss") },
      { value: "accuracy", text: say("accuracy") },
    ],
    measure,
    (value) => {
      measure = value as Measure;
      choice.show(value);
      again();
    },
  );
  const element = el(
    "div",
    { class: "lab-progress" },
    el("div", { class: "controls" }, choice.element),
    el("figure", {}, el("div", { class: "chart-box still" }, chart.element), said),
    wrongSaid,
    strip,
  );
  const draw = (curve: LossCurve): void => {
    const stored = run.curve.state === "ok" ? run.curve.value : null;
    const [holdout, training] = [`holdout_${measure}`, `training_${measure}`] as const;
    const epochs = curve.epochs.length;
    const end = curve[holdout].at(-1);
    const was = stored?.[holdout][Math.min(epochs, stored.epochs.length) - 1];
    const format = measure === "loss" ? short : percent;
    const text = (value: number | null | undefined): string =>
      typeof value === "number" ? format(value) : say("no.number");
    const values = {
      measure: measure === "loss" ? say("curve.loss") : say("curve.accuracy"),
      epoch: epochs,
      here: text(end),
      stored: text(was),
    };
    said.textContent = !epochs
      ? say("course.none", values)
      : stored
        ? say("course.both", values)
        : say("course", values);
    chart.draw({
      lines: [
        ...(epochs
          ? [
              { label: say("course.holdout"), values: curve[holdout], look: "main" as const },
              { label: say("course.training"), values: curve[training], look: "second" as const },
            ]
          : []),
        ...(stored ? [{ label: say("course.stored"), values: stored[holdout], look: "other-main" as const }] : []),
      ],
      log: measure === "loss",
      zero: false,
      format,
      marked: null,
      name: said.textContent,
    });
  };
  const nothing: LossCurve = {
    epochs: [],
    training_loss: [],
    holdout_loss: [],
    training_accuracy: [],
    holdout_accuracy: [],
    diverged: null,
  };
  again = () => draw(nothing);
  draw(nothing);
  return {
    element,
    show(app, curve, wrong, last) {
      const now = performance.now();
      again = () => draw(curve);
      if (!curve.epochs.length || (!last && now - drawn < (calm() ? CALM : OFTEN))) return;
      drawn = now;
      draw(curve);
      if (wrong) showWrong(app, wrong, strip, wrongSaid, curve.epochs.length);
    },
  };
}

function showWrong(app: App, { ids, given }: Wrong, strip: HTMLElement, said: HTMLElement, epoch: number): void {
  const wrong = [...ids.keys()].filter((row) => app.samples.byId.get(ids[row] as number)?.truth !== given[row]);
  const counts = { epoch, wrong: wrong.length, all: ids.length, shown: SHOWN };
  said.textContent = wrong.length > SHOWN ? say("course.wrong.some", counts) : say("course.wrong", counts);
  const tiles = wrong.slice(0, SHOWN).map((row) => {
    const sample = app.samples.byId.get(ids[row] as number);
    const [truth, label] = [sample?.truth ?? 0, given[row] as number].map((each) => nameOf(app.run, each));
    const names = { truth: truth ?? "", guess: label ?? "", id: String(ids[row]) };
    const words = say("course.tile", names); // begins as what is seen
    const tile = button(null, { class: "miss-tile", "aria-label": words, title: words }, () =>
      lookAt(app, ids[row] as number),
    );
    if (sample?.values) tile.append(picture(app.run, sample.values));
    tile.append(captionOf(truth ?? "", `→ ${label}`));
    return tile;
  });
  replace(strip, ...tiles);
}
