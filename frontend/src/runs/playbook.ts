// The workflow: each step with the files it writes, their size, and whether they are as published.

import type { FileStatus } from "../bundle/run.ts";
import type { App } from "../panels/app.ts";
import { attempt, button, bytes, datasetFile, el, ICONS, icon, say } from "./tools.ts";

interface Step {
  words(): readonly [title: string, text: string];
  code: string;
  files: readonly string[];
}

const STEPS: readonly Step[] = [
  {
    words: () => [say("step.load"), say("step.load.why")],
    code: "datasets/dataset.py",
    files: ["dataset.json", "dataset.css"],
  },
  {
    words: () => [say("split"), say("step.split.why")],
    code: "datasets/split.py",
    files: ["run_summary.json"],
  },
  {
    words: () => [say("step.train"), say("step.train.why")],
    code: "learning/training.py",
    files: [
      "loss_curve.json",
      "epoch_snapshots.json",
      "model.json",
      "training_dynamics.json",
      "learning_rate_trace.png",
      "timing_stats.json",
      "timing_stats.png",
    ],
  },
  {
    words: () => [say("step.evaluate"), say("step.evaluate.why")],
    code: "evaluation.py",
    files: [
      "holdout.json",
      "metrics.json",
      "predictions.json",
      "confusion_matrix.png",
      "sample_gallery.png",
      "roc_curves.json",
      "roc_curves.png",
    ],
  },
  {
    words: () => [say("step.bundle"), say("step.bundle.why")],
    code: "store/bundle.py",
    files: ["manifest.json", "bundle.css"],
  },
];
/** Files of every complete run. One that is missing is named; the optional ones are not. */
const EXPECTED = new Set([
  "run_summary.json",
  "loss_curve.json",
  "epoch_snapshots.json",
  "model.json",
  "holdout.json",
  "metrics.json",
  "predictions.json",
]);

export function playbook(app: App): HTMLElement {
  const known = new Map(app.run.files.map((file) => [file.name, file]));
  const named = new Set(STEPS.flatMap((step) => step.files));
  const others = app.run.files.filter((file) => !named.has(file.name));
  const steps = STEPS.map((step, i) => {
    const rows = step.files.map((name) => fileRow(app, name, known)).filter((row) => row !== null);
    const isEnd = i === 0 || i === STEPS.length - 1;
    if (i === 0 && !rows.length) rows.push(sharedData(app));
    if (i === STEPS.length - 1) rows.push(...others.map((file) => listed(file)));
    const [title, text] = step.words();
    const point = button(say("step.show"), { class: "quiet show-panels" }, () => highlight(step.files));
    return el(
      "li",
      { class: "step" },
      el("p", { class: "step-number", "aria-hidden": "true" }, String(i + 1)),
      el("h3", {}, title),
      el("p", {}, text),
      el("p", { class: "small mono muted", title: say("step.code"), translate: "no" }, step.code),
      el("ul", { class: "files" }, ...rows),
      isEnd ? null : point,
    );
  });
  return el("ol", { class: "steps" }, ...steps);
}

const marksOf = (): Record<FileStatus["verified"], [string, string]> => ({
  match: [say("file.match"), "good"],
  unverified: [say("file.unverified"), "muted"],
  unread: [say("file.unread"), "muted"],
  damaged: [say("file.damaged"), "bad"],
  absent: [say("file.absent"), "warn"],
});

function listed({ name, bytes: size, sha256, verified }: FileStatus): HTMLElement {
  const [words, look] = marksOf()[verified];
  return el(
    "li",
    { class: look },
    el("span", { class: "file-name", translate: "no" }, name),
    el(
      "span",
      { class: "file-facts" },
      el("span", {}, bytes(size)),
      " ",
      el("span", { class: "mono", title: sha256, translate: "no" }, sha256.slice(0, 8)),
      " ",
      verified === "match" ? icon(ICONS.check) : null,
      el("span", { class: verified === "match" ? "visually-hidden" : "" }, words),
    ),
  );
}

function fileRow(app: App, name: string, known: ReadonlyMap<string, FileStatus>): HTMLElement | null {
  const file = known.get(name);
  if (file) return listed(file);
  if (name === "manifest.json")
    return el(
      "li",
      {},
      el("span", { class: "file-name", translate: "no" }, name),
      el("span", { class: "file-facts" }, say("file.names", { count: known.size })),
    );
  if (!EXPECTED.has(name)) return null;
  return el(
    "li",
    { class: "warn" },
    el("span", { class: "file-name", translate: "no" }, name),
    el("span", { class: "file-facts" }, app.run.summary.synthetic ? say("file.sample") : say("file.train")),
  );
}

function sharedData(app: App): HTMLElement {
  const { images, summary } = app.run;
  const words = { ok: say("file.digest"), absent: say("file.absent"), damaged: say("file.damaged") }[images.state];
  const look = { ok: "good", absent: "warn", damaged: "bad" }[images.state];
  return el(
    "li",
    { class: look },
    el("span", { class: "file-name", translate: "no" }, datasetFile(summary)),
    el(
      "span",
      { class: "file-facts" },
      el("span", { class: "mono", translate: "no" }, summary.dataset.sha256.slice(0, 8)),
      " ",
      images.state === "ok" ? icon(ICONS.check) : null,
      el("span", { class: images.state === "ok" ? "visually-hidden" : "" }, words),
    ),
  );
}

/** Outlines the panels made from these files, and goes to the first of them. */
function highlight(files: readonly string[]): void {
  const panels = [...document.querySelectorAll<HTMLElement>(".card[data-files]")];
  const made = panels.filter((each) => (each.dataset.files ?? "").split(" ").some((name) => files.includes(name)));
  panels.forEach((each) => each.classList.toggle("pointed", made.includes(each)));
  attempt(() => made[0]?.scrollIntoView({ block: "center" }));
  setTimeout(() => panels.forEach((each) => each.classList.remove("pointed")), 4000);
}
