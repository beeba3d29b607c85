// Train the run again in this page, as it was or with something changed, and compare.
import type { Run } from "../bundle/run.ts";
import type { App } from "../panels/app.ts";
import { type Clock, clock } from "./clock.ts";
import { changesInWords, type Knobs, knobs } from "./knobs.ts";
import { madeRun, type Trained } from "./made.ts";
import { type Ending, type Expected, ended, outcome } from "./outcome.ts";
import { progress } from "./progress.ts";
import type { Readers } from "./readers.ts";
import { type Settings, sameRecipe } from "./settings.ts";
import { afterwards } from "./sharing.ts";
import {
  announce,
  button,
  calm,
  commandLine,
  el,
  panel,
  replace,
  say,
  seconds,
  trainHere,
  withSettings,
} from "./tools.ts";
import { type Course, courseOf, work } from "./trainer.ts";

const NEAR = 12; // milliseconds of work between two frames while the section is watched
const FAR = 8; // and while it is not
const OFTEN = 250; // milliseconds between two looks of the other panels at a training
const CALM = 1000; // the same where motion is to be reduced
const LONG = 4; // seconds of training that are said before
const MOST = 120; // seconds that a link may ask for

export interface Retrain {
  element: HTMLElement;
  /** Puts the settings of a link in place; nothing starts, and what runs with others ends. */
  offer(settings: Settings, weights: string | null): void;
  /** Of another run, this one no longer has the page. */
  stop(): void;
}

type State = "ready" | "running" | "paused" | "done-equal" | "done-different" | "diverged";

export function retrain(app: () => App, readers: Readers, state: (state: State) => void): Retrain {
  const { run } = app();
  const { summary } = run;
  const exact = summary.config.get("exact") === true;
  let ticking: Clock | null = null;
  let linked: { weights: string | null } | null = null; // the settings are those of a link
  let made: { run: Run; trained: Trained } | null = null;
  const set: Knobs = knobs(run, () => {
    linked = null;
    estimate();
    said.textContent = "";
  });
  const said = el("p", { class: "small muted lab-time" });
  const bar = el("progress", { max: 1, value: 0, hidden: true, "aria-label": say("train.progress") });
  const result = outcome();
  const curves = progress(run);
  const after = el("div", { class: "controls" });
  const about = el("div", { class: "lab-about" });
  const start = button(say("train.again"), { class: "primary", "data-action": "retrain" }, () => begin(null));
  const pause = button(say("pause"), { "data-action": "pause" }, () => toggle());
  const epoch = button(say("train.epoch"), { "data-action": "epoch" }, () => oneEpoch());
  const stop = button(say("train.stop"), { "data-action": "stop" }, () => cut());
  let course: Course | null = null;
  let spent = 0; // milliseconds of work
  let beyond = 0; // epochs at the last look
  let looked = 0; // when the other panels did

  const buttons = (now: "idle" | "running" | "paused"): void => {
    const held = [pause, epoch, stop].find((each) => each.matches(":focus"));
    start.textContent = now === "idle" ? say("train.again") : say("start.anew");
    pause.textContent = now === "paused" ? say("train.on") : say("pause");
    pause.hidden = stop.hidden = now === "idle";
    epoch.hidden = now === "running";
    set.lock(now !== "idle");
    if (held?.hidden) (now === "running" ? pause : start).focus({ preventScroll: true });
  };
  const estimate = (): void => {
    const { seconds: expected } = work(run, set.settings());
    start.disabled = linked !== null && expected > MOST;
    const values = { time: seconds(Math.round(expected)) };
    const words = linked && expected > MOST ? say("train.long", values) : say("train.about", values);
    about.hidden = expected < LONG;
    replace(about, el("p", { class: "small muted" }, words));
  };
  const begin = (until: (() => boolean) | null): void => {
    ticking?.stop();
    result.clear();
    replace(after);
    made = null;
    spent = 0;
    beyond = 0;
    try {
      course = courseOf(run, set.settings());
    } catch (error) {
      finish("refused", error instanceof Error ? error.message : String(error));
      return;
    }
    const current = course;
    const clocked = clock<Trained>({
      steps: timed(current.steps),
      slice: () => (seen(element) ? NEAR : FAR),
      shown: () => follow(current, clocked.paused),
      ended: (trained) => done(current, trained),
      failed: (error) => finish("refused", error instanceof Error ? error.message : String(error)),
    });
    ticking = clocked;
    bar.hidden = false;
    announce(say("train.begun", { count: current.epochs }));
    go(until);
  };
  const timed = <R>(steps: Iterator<unknown, R>): Iterator<unknown, R> => ({
    next() {
      const began = performance.now();
      const step = steps.next();
      spent += performance.now() - began;
      return step;
    },
  });
  const go = (until: (() => boolean) | null): void => {
    state("running");
    buttons("running");
    ticking?.go(until ?? undefined);
  };
  const toggle = (): void => {
    if (ticking?.paused) {
      go(null);
      return;
    }
    ticking?.pause();
    paused();
  };
  const paused = (): void => {
    state("paused");
    buttons("paused");
    if (course) curves.show(app(), course.curve, course.wrong(), true);
  };
  const oneEpoch = (): void => {
    const from = ticking && course ? course.curve.epochs.length : 0;
    const until = (): boolean => (course?.curve.epochs.length ?? 0) > from;
    if (ticking?.paused) go(until);
    else begin(until);
  };
  const cut = (): void => {
    ticking?.stop();
    const epochs = course?.curve.epochs.length ?? 0;
    if (course) curves.show(app(), course.curve, course.wrong(), true);
    show(course?.sofar());
    finish("stopped", say("train.stopped", { count: epochs, all: course?.epochs ?? 0 }));
  };
  /** All other panels show what is known of the training. */
  const show = (trained: Trained | null | undefined): void => {
    if (trained) app().follow?.(madeRun(run, trained, set.changed()));
    looked = performance.now();
  };
  const follow = (current: Course, isPaused: boolean): void => {
    const epochs = current.curve.epochs.length;
    bar.value = current.share();
    if (epochs !== beyond || isPaused) {
      beyond = epochs;
      const left = epochs ? (spent / 1000 / current.share()) * (1 - current.share()) : null;
      const work = say("train.work", { n: epochs, all: current.epochs, time: seconds(spent / 1000) });
      const rest = left !== null && epochs > 1 ? ` · ${say("train.left", { time: seconds(left) })}` : "";
      said.textContent = work + rest;
      curves.show(app(), current.curve, current.wrong(), false);
      if (isPaused || performance.now() > looked + (calm() ? CALM : OFTEN)) show(current.sofar());
    }
    if (isPaused) paused();
  };
  const done = (current: Course, trained: Trained): void => {
    const changed = set.changed();
    const own = madeRun(run, { ...trained, seconds: spent / 1000 }, changed);
    made = { run: own, trained };
    app().follow?.(own);
    said.textContent = say("train.done", { count: trained.curve.epochs.length, time: seconds(spent / 1000) });
    curves.show(app(), trained.curve, current.wrong(), true);
    readers.add(trained.network, say("lab.here"));
    const [ending, text] = ended(run, own, trained, changed, expectedOf(changed));
    finish(ending, text, trained.digest);
  };
  /** The digest that must come out, where one is known. */
  const expectedOf = (changed: ReadonlyMap<string, unknown>): Expected | null => {
    if (linked?.weights) return { digest: linked.weights, by: "link" };
    const digest = run.network.state === "ok" ? run.network.value.sha256 : null;
    return exact && digest && !changed.size ? { digest, by: "run" } : null;
  };
  const finish = (ending: Ending, text: string, digest?: string): void => {
    ticking = null;
    bar.hidden = true;
    buttons("idle");
    announce(result.show(ending, text, digest));
    state(
      ending === "diverged"
        ? "diverged"
        : ending === "identical"
          ? "done-equal"
          : ending === "stopped" || ending === "refused"
            ? "ready"
            : "done-different",
    );
    if (!made || ending === "refused" || ending === "stopped") return;
    const { run: own, trained } = made;
    replace(after, ...afterwards(run, trained, set.settings(), set.changed(), () => app().lend(own)));
  };
  const makeExact = withSettings(summary.command, new Map([["exact", true]]));
  const intro = exact ? say("train.exact", { n: summary.model.parameters }) : say("train.usual");
  const left = el(
    "div",
    { class: "lab-left" },
    el("p", {}, intro),
    !exact && makeExact && commandLine(trainHere(makeExact, location), say("train.exact.copy")),
    el("div", { class: "controls lab-run" }, start, pause, epoch, stop),
    about,
    bar,
    said,
    el("details", { class: "data", open: true }, el("summary", {}, say("knobs.first")), set.element),
  );
  const right = el("div", { class: "lab-right" }, result.element, after, curves.element);
  const element = panel(
    { title: say("train.again"), files: ["model.json", "loss_curve.json", "holdout.json"] },
    el("div", { class: "lab-bench" }, left, right),
  );
  buttons("idle");
  estimate();
  return {
    element,
    offer(settings, weights) {
      if (ticking && linked?.weights === weights && sameRecipe(settings, set.settings())) return; // the way back
      if (ticking) cut();
      set.set(settings);
      linked = { weights };
      estimate();
      const changed = set.changed();
      said.textContent = changed.size
        ? say("train.link", { changes: changesInWords(changed) })
        : say("train.link.same");
    },
    stop: () => ticking?.stop(),
  };
}

/** Whether any of it is on the screen. */
function seen(element: HTMLElement): boolean {
  const { top, bottom } = element.getBoundingClientRect();
  return bottom > 0 && top < innerHeight;
}
