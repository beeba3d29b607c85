// How the samples nearest to one agree with it.
import { say, small } from "./tools.ts";

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
