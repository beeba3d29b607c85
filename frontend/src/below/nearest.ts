// How the samples nearest to one agree with it.
import { say, small } from "./tools.ts";

/** How many of the nearest training samples are of the class. */
export function nearestSentence(agree: number, all: number, name: string, isImage: boolean): string {
  const values = {
    name,
    agree: small(agree),
    all: small(all),
    things: isImage ? say("near.images") : say("near.samples"),
    thing: isImage ? say("near.image") : say("near.sample"),
  };
  if (all === 1) return agree ? say("near.one", values) : say("near.one.not", values);
  if (agree === all) return all === 2 ? say("near.both", values) : say("near.all", values);
  return agree === 1 ? say("near.single", values) : say("near.some", values);
}
