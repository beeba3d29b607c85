// How the samples nearest to one agree with it.
import type { Run } from "../bundle/run.ts";
import { say, small } from "./tools.ts";

/** Whether settings such as train_share keep samples from the training; of which is not recorded. */
export function leftOut({ summary }: Run): boolean {
  return summary.split.training + summary.split.holdout < summary.dataset.samples;
}

/** How many of the nearest samples that were not held out are of the class. */
export function nearestSentence(agree: number, all: number, name: string, isImage: boolean, rest = false): string {
  const values = {
    name,
    agree: small(agree),
    all: small(all),
    things: rest
      ? isImage
        ? say("near.images.rest")
        : say("near.samples.rest")
      : isImage
        ? say("near.images")
        : say("near.samples"),
    thing: rest
      ? isImage
        ? say("near.image.rest")
        : say("near.sample.rest")
      : isImage
        ? say("near.image")
        : say("near.sample"),
  };
  if (all === 1) return agree ? say("near.one", values) : say("near.one.not", values);
  if (agree === all) return all === 2 ? say("near.both", values) : say("near.all", values);
  return agree === 1 ? say("near.single", values) : say("near.some", values);
}
