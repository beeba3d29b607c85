// What the run was, and the command that makes it again.
import type { App } from "../panels/app.ts";
import { replay } from "./replay.ts";
import {
  architecture,
  button,
  copyFrom,
  count,
  el,
  hiddenSizes,
  ICONS,
  icon,
  panel,
  seconds,
  setting,
  time,
} from "./tools.ts";

const FILE = "run_summary.json";

export function runSummary(app: App): HTMLElement {
  const { summary } = app.run;
  const { dataset, split, timing } = summary;
  const facts: [string, string][] = [
    ["Run", summary.run_id ?? "a single directory, not in a history"],
    ["Created", time(summary.created)],
    [
      "Model",
      `${architecture(summary.model.name, hiddenSizes(app.run))}, ${count(summary.model.parameters)} parameters`,
    ],
    ["Data set", `${dataset.title}, ${count(dataset.samples)} images of ${dataset.image_shape.join(" × ")}`],
    ["Source", dataset.source],
    ["Split", `${count(split.training)} training, ${count(split.holdout)} hold-out (stratified)`],
    ["Time", `${seconds(timing.training_seconds)} training, ${seconds(timing.total_seconds)} in all`],
  ];
  const digests: [string, string][] = [
    ["Results", summary.results_digest],
    ["Data", dataset.sha256],
    ["Split", split.sha256],
  ];
  const environment = [...summary.environment].map(([key, value]): [string, string] => [
    key.replaceAll("_", " "),
    setting(value),
  ]);
  return panel(
    { title: "Run summary", files: [FILE], wide: "w5" },
    definitions(facts.filter(([, value]) => value)),
    dataset.note ? el("p", { class: "note-line small" }, dataset.note) : null,
    el("details", { class: "data" }, el("summary", {}, "Digests (sha256)"), definitions(digests, "mono break")),
    el("details", { class: "data" }, el("summary", {}, "Machine and versions"), definitions(environment)),
  );
}

function definitions(pairs: readonly (readonly [string, string])[], look = ""): HTMLElement {
  return el(
    "dl",
    { class: `facts-list ${look}` },
    ...pairs.map(([term, text]) => el("div", {}, el("dt", {}, term), el("dd", {}, text))),
  );
}

export function recipe(app: App): HTMLElement {
  const { config, config_origin, command, synthetic } = app.run.summary;
  const copy = button(
    icon(ICONS.copy),
    { class: "square copy", "aria-label": "Copy the command" },
    () => void copyFrom(copy, command),
  );
  const chosen = [...config].filter(([key]) => !isDefault(config_origin.get(key)));
  const rest = [...config].filter(([key]) => isDefault(config_origin.get(key)));
  return panel(
    { title: "Recipe", files: [FILE], wide: "w7" },
    el(
      "p",
      {},
      synthetic
        ? "This command writes the sample again."
        : "This command trains with the same settings and leaves a new run.",
    ),
    command
      ? el("div", { class: "command" }, el("code", { tabindex: 0 }, command), copy)
      : el("p", { class: "muted" }, "The command was not recorded."),
    replay(app),
    el(
      "dl",
      { class: "settings" },
      ...[...chosen, ...rest].map(([key, value]) => row(key, value, config_origin.get(key))),
    ),
    el(
      "p",
      { class: "small muted" },
      chosen.length
        ? `Bold: chosen for this run. The others come from the preset of the model or are defaults.`
        : "Every setting comes from the preset of the model or is a default.",
    ),
  );
}

function isDefault(origin: string | undefined): boolean {
  return origin === undefined || origin === "default" || origin.startsWith("preset ");
}

function row(key: string, value: unknown, origin = "default"): HTMLElement {
  return el(
    "div",
    { class: isDefault(origin) ? null : "chosen", title: `from: ${origin}` },
    el("dt", { class: "mono" }, key),
    el("dd", { class: "mono" }, setting(value)),
  );
}
