// The workflow: each step with the files it writes, their size, and whether they are as published.

import type { FileStatus } from "../bundle/run.ts";
import type { App } from "../panels/app.ts";
import { attempt, button, bytes, datasetFile, el, ICONS, icon, plural } from "./tools.ts";

interface Step {
  title: string;
  text: string;
  code: string;
  files: readonly string[];
}

const STEPS: readonly Step[] = [
  {
    title: "Load",
    text: "Images and labels come in whole, are named by row and get a digest.",
    code: "datasets/dataset.py",
    files: ["dataset.json", "dataset.css"],
  },
  {
    title: "Split",
    text: "A stratified hold-out is set aside; nothing about it reaches the training.",
    code: "datasets/split.py",
    files: ["run_summary.json"],
  },
  {
    title: "Train",
    text: "One pure-NumPy network and one loop; the hold-out is only watched.",
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
    title: "Evaluate",
    text: "Every hold-out image is read once; all scores follow from that list.",
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
    title: "Bundle",
    text: "Files are checked, sealed with a manifest and published in one rename.",
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
    if (step.title === "Load" && !rows.length) rows.push(sharedData(app));
    if (step.title === "Bundle") rows.push(...others.map((file) => listed(file)));
    const point = button("Show its panels", { class: "quiet show-panels" }, () => highlight(step.files));
    return el(
      "li",
      { class: "step" },
      el("p", { class: "step-number", "aria-hidden": "true" }, String(i + 1)),
      el("h3", {}, step.title),
      el("p", {}, step.text),
      el("p", { class: "small mono muted", title: "in src/digit_classifier", translate: "no" }, step.code),
      el("ul", { class: "files" }, ...rows),
      step.title === "Load" || step.title === "Bundle" ? null : point,
    );
  });
  return el("ol", { class: "steps" }, ...steps);
}

const MARKS: Record<FileStatus["verified"], [string, string]> = {
  match: ["as published", "good"],
  unverified: ["not verified here", "muted"],
  unread: ["not read by the page", "muted"],
  damaged: ["damaged", "bad"],
  absent: ["missing", "warn"],
};

function listed({ name, bytes: size, sha256, verified }: FileStatus): HTMLElement {
  const [words, look] = MARKS[verified];
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
      el("span", { class: "file-facts" }, `names ${plural(known.size, "file")}`),
    );
  if (!EXPECTED.has(name)) return null;
  return el(
    "li",
    { class: "warn" },
    el("span", { class: "file-name", translate: "no" }, name),
    el(
      "span",
      { class: "file-facts" },
      `not recorded; ${app.run.summary.synthetic ? "samples need not have it" : "train again to have it"}`,
    ),
  );
}

function sharedData(app: App): HTMLElement {
  const { images, summary } = app.run;
  const words = { ok: "as its digest says", absent: "missing", damaged: "damaged" }[images.state];
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
