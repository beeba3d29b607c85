// What the map says: of one sample, and of all.
import type { Run } from "../bundle/run.ts";
import type { Plane as Layout } from "../model/components.ts";
import type { App } from "../panels/app.ts";
import type { Sample } from "../selection/samples.ts";
import type { Basis } from "./mapdata.ts";
import type { Marks } from "./plane.ts";
import { certainty, imageOf, matrixAt, nameOf, say, sentence, share, terms } from "./tools.ts";

/** What the samples of a run are called. */
export const things = (run: Run): string => (imageOf(run) ? say("things.images") : say("things.samples"));

export function nameOfPoint(app: App, sample: Sample): string {
  const { selection } = app.store;
  const label = app.shown.label(selection, sample);
  const sure = sample.guess && app.shown.labels(selection) === null ? `, ${certainty(sample.guess.confidence)}` : "";
  const names = { id: String(sample.id), truth: nameOf(app.run, sample.truth), as: terms(app.run).as };
  return `${say("map.point", { ...names, label: label === null ? "?" : nameOf(app.run, label) })}${sure}`;
}

export function readingOf(
  app: App,
  samples: readonly Sample[],
  { shares }: Layout,
  basis: Basis,
  marks: readonly Marks[],
): string {
  const { run } = app;
  const wrong = marks.filter((each) => each.shown && each.wrong).length;
  const said = say("map.reading", {
    count: samples.length,
    things: things(run),
    basis:
      basis === "hidden" ? say("map.hidden.words") : imageOf(run) ? say("map.pixels.words") : say("map.features.words"),
    share: share(shares[0] + shares[1]),
  });
  const { as } = terms(run);
  const mistakes = wrong ? say("map.wrong", { as, count: wrong }) : say("map.right", { as });
  const { selection } = app.store;
  const epoch = app.shown.labels(selection) && matrixAt(run, selection.epoch)?.epoch; // the last one kept
  const after = epoch ? ` ${say("confusion.epoch", { epoch })}` : "";
  return `${said} ${sentence(mistakes + after)}`;
}
