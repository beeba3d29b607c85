// What the run was, and the command that makes it again.

import type { App } from "../panels/app.ts";
import { originGroups } from "./origins.ts";
import { replay } from "./replay.ts";
import css from "./runs.css";
import about from "./settings.json" with { type: "json" };
import { setting } from "./settings.ts";
import {
  adopt,
  architecture,
  commandLine,
  count,
  el,
  hiddenSizes,
  imageOf,
  inRepository,
  panel,
  plural,
  seconds,
  terms,
  time,
  trainHere,
} from "./tools.ts";

const FILE = "run_summary.json";

export function runSummary(app: App): HTMLElement {
  adopt(css);
  const { summary } = app.run;
  const { dataset, split, timing } = summary;
  const kind = String(summary.config.get("split") ?? "random");
  const facts: [string, string][] = [
    ["Run", summary.run_id ?? "a single directory, not in a history"],
    ["Created", time(summary.created)],
    [
      "Model",
      `${architecture(summary.model.name, hiddenSizes(app.run))}, ${plural(summary.model.parameters, "parameter")}`,
    ],
    ["Data set", `${dataset.title}, ${plural(dataset.samples, terms(app.run).image)} of ${sizeText(app)}`],
    ["Source", dataset.source],
    [
      "Split",
      `${count(split.training)} training, ${count(split.holdout)} hold-out (${kind === "random" ? "stratified" : kind})`,
    ],
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

/** What a sample is: 28 × 28 pixels in colour, or four features. */
function sizeText(app: App): string {
  const image = imageOf(app.run);
  if (!image) return plural(app.run.summary.dataset.feature_names?.length ?? 0, "feature");
  return `${image.shape.join(" × ")}${image.channels > 1 ? " in colour" : ""}`;
}

function definitions(pairs: readonly (readonly [string, string])[], look = ""): HTMLElement {
  return el(
    "dl",
    { class: `facts-list ${look}` },
    ...pairs.map(([term, text]) =>
      el("div", {}, el("dt", {}, term), " ", el("dd", { translate: look ? "no" : null }, text)),
    ),
  );
}

export function recipe(app: App): HTMLElement {
  const { config, config_origin, command, synthetic } = app.run.summary;
  const here = inRepository(location) && !synthetic;
  const groups = originGroups([...config.keys()], config_origin);
  return panel(
    { title: "Recipe", files: [FILE], wide: "w7" },
    el(
      "p",
      {},
      synthetic
        ? "This command writes the sample again."
        : `This command trains with the same settings and leaves a new run${here && location.protocol !== "file:" ? "; it is for the repository’s folder" : ""}.`,
    ),
    command
      ? commandLine(synthetic ? command : trainHere(command, location), "Copy the command")
      : el("p", { class: "muted" }, "The command was not recorded."),
    replay(app),
    ...groups.map(({ title, chosen, keys }, i) => {
      const rows = el("dl", { class: "settings" }, ...keys.map((key) => row(key, config.get(key), chosen)));
      const isUsual = i > 0 && i === groups.length - 1; // what nobody chose is the longest, and last
      return isUsual
        ? el("details", { class: "data" }, el("summary", {}, title), rows)
        : el("div", {}, el("h4", {}, title), rows);
    }),
  );
}

function row(key: string, value: unknown, chosen: boolean): HTMLElement {
  return el(
    "div",
    { class: chosen ? "chosen" : null },
    el("dt", { class: "mono", translate: "no" }, key),
    " ",
    el("dd", { class: "mono", translate: "no" }, setting(value)),
    key in about ? el("dd", { class: "about" }, (about as Readonly<Record<string, string>>)[key] as string) : null,
  );
}
