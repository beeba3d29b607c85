// How the samples nearest to one agree with it.
import type { Run } from "../bundle/run.ts";
import { say, small } from "./tools.ts";

/** Whether settings such as train_share keep samples from the training; of which is not recorded. */
export function leftOut({ summary }: Run): boolean {
  return summary.split.training + summary.split.holdout < summary.dataset.samples;
}

/** What is said of a sample that was not held out. */
export function restWord(run: Run): string {
  return leftOut(run) ? say("not.held") : say("training.word");
}

function thingsOf(isImage: boolean, rest: boolean): { things: string; thing: string } {
  if (isImage && rest) return { things: say("near.images.rest"), thing: say("near.image.rest") };
  if (isImage) return { things: say("near.images"), thing: say("near.image") };
  if (rest) return { things: say("near.samples.rest"), thing: say("near.sample.rest") };
  return { things: say("near.samples"), thing: say("near.sample") };
}

/** How many of the nearest samples that were not held out are of the class. */
export function nearestSentence(agree: number, all: number, name: string, isImage: boolean, rest = false): string {
  const values = {
    ...thingsOf(isImage, rest),
    name,
    agree: small(agree),
    all: small(all),
  };
  if (all === 1) return agree ? say("near.one", values) : say("near.one.not", values);
  if (agree === all) return all === 2 ? say("near.both", values) : say("near.all", values);
  return agree === 1 ? say("near.single", values) : say("near.some", values);
}
