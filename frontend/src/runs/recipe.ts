// What the run was, and the command that makes it again.

import type { App } from "../panels/app.ts";
import type { Child } from "../view/dom.ts";
import { originGroups } from "./origins.ts";
import { replay } from "./replay.ts";
import about from "./settings.json" with { type: "json" };
import { setting } from "./settings.ts";
import {
  architecture,
  commandLine,
  el,
  hiddenSizes,
  imageOf,
  inRepository,
  panel,
  phrase,
  say,
  seconds,
  terms,
  time,
  trainHere,
  woven,
} from "./tools.ts";

const FILE = "run_summary.json";

export function runSummary(app: App): HTMLElement {
  const { summary } = app.run;
  const { dataset, split, timing } = summary;
  const kind = String(summary.config.get("split") ?? "random");
  const own = (text: string): HTMLElement => el("span", { lang: "en" }, text); // what a run says itself
  const facts: [string, Child[]][] = [
    [say("run"), [summary.run_id ?? say("summary.flat")]],
    [say("created"), [time(summary.created)]],
    [
      say("model"),
      [
        `${architecture(summary.model.name, hiddenSizes(app.run))}, ${say("layer.parameters", { count: summary.model.parameters })}`,
      ],
    ],
    [
      say("data.set"),
      woven(
        say("data.set.of", {
          title: "|title|",
          images: terms(app.run).images(dataset.samples),
          size: sizeText(app),
        }),
        { title: own(dataset.title) },
      ),
    ],
    [say("data.source"), dataset.source ? [own(dataset.source)] : []],
    [
      say("split"),
      [
        say("split.sizes", {
          training: split.training,
          holdout: split.holdout,
          kind: kind === "random" ? say("split.stratified") : kind,
        }),
      ],
    ],
    [
      say("time"),
      [
        say("time.spent", {
          training: seconds(timing.training_seconds),
          all: seconds(timing.total_seconds),
        }),
      ],
    ],
  ];
  const digests: [string, Child[]][] = [
    [say("digest.results"), [summary.results_digest]],
    [say("nav.data"), [dataset.sha256]],
    [say("split"), [split.sha256]],
  ];
  const environment = [...summary.environment].map(([key, value]): [string, Child[]] => [
    key.replaceAll("_", " "),
    [setting(value)],
  ]);
  return panel(
    { title: say("summary"), files: [FILE], wide: "w5" },
    definitions(facts.filter(([, value]) => value.length > 0)),
    dataset.note ? el("p", { class: "note-line small", lang: "en" }, dataset.note) : null,
    el("details", { class: "data" }, el("summary", {}, say("digests")), definitions(digests, "mono break")),
    el("details", { class: "data" }, el("summary", {}, say("environment")), definitions(environment)),
  );
}

/** What a sample is: 28 × 28 pixels in colour, or four features. */
function sizeText(app: App): string {
  const image = imageOf(app.run);
  if (!image) return say("features.count", { count: app.run.summary.dataset.feature_names?.length ?? 0 });
  return `${image.shape.join(" × ")}${image.channels > 1 ? ` ${say("in.colour")}` : ""}`;
}

function definitions(pairs: readonly (readonly [string, readonly Child[]])[], look = ""): HTMLElement {
  return el(
    "dl",
    { class: `facts-list ${look}` },
    ...pairs.map(([term, parts]) =>
      el("div", {}, el("dt", {}, term), " ", el("dd", { translate: look ? "no" : null }, ...parts)),
    ),
  );
}

export function recipe(app: App): HTMLElement {
  const { config, config_origin, command, synthetic } = app.run.summary;
  const here = inRepository(location) && !synthetic;
  const groups = originGroups([...config.keys()], config_origin);
  return panel(
    { title: say("recipe"), files: [FILE], wide: "w7" },
    el(
      "p",
      {},
      synthetic
        ? say("recipe.sample")
        : here && location.protocol !== "file:"
          ? say("recipe.here")
          : say("recipe.train"),
    ),
    command
      ? commandLine(synthetic ? command : trainHere(command, location), say("recipe.copy"))
      : el("p", { class: "muted" }, say("recipe.none")),
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
    key in about
      ? el("dd", { class: "about" }, phrase((about as Readonly<Record<string, string>>)[key] as string))
      : null,
  );
}
