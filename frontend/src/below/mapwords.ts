// What the map says: of one sample, and of all.
import type { Plane as Layout } from "../model/components.ts";
import type { App } from "../panels/app.ts";
import type { Sample } from "../selection/samples.ts";
import type { Basis } from "./mapdata.ts";
import type { Marks } from "./plane.ts";
import { certainty, count, imageOf, nameOf, share, terms } from "./tools.ts";
import { say } from "./words.ts";

export const things = (app: App): string => `${terms(app.run).image}s`;

export function nameOfPoint(app: App, sample: Sample): string {
  const { selection } = app.store;
  const label = app.shown.label(selection, sample);
  const sure = sample.guess && app.shown.labels(selection) === null ? `, ${certainty(sample.guess.confidence)}` : "";
  const names = { id: String(sample.id), truth: nameOf(app.run, sample.truth), as: terms(app.run).as };
  return `${say("map.point", { ...names, label: label === null ? "?" : nameOf(app.run, label) })}${sure}`;
}

export function sentence(
  app: App,
  samples: readonly Sample[],
  { shares }: Layout,
  basis: Basis,
  marks: readonly Marks[],
): string {
  const kind = basis === "hidden" ? "hidden.words" : imageOf(app.run) ? "pixels.words" : "features.words";
  const wrong = marks.filter((each) => each.shown && each.wrong).length;
  const names = { things: things(app), basis: say(`map.${kind}`), share: share(shares[0] + shares[1]) };
  const { epoch } = app.store.selection;
  const after =
    epoch !== null && app.shown.labels(app.store.selection) ? say("map.after", { epoch: count(epoch) }) : "";
  return `${say("map.reading", names, samples.length)} ${say(wrong ? "map.wrong" : "map.right", { as: terms(app.run).as }, wrong)}${after}.`;
}
