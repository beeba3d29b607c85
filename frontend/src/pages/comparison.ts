// The second run, which the first is compared with.
import { message } from "../bundle/load.ts";
import { openRun } from "../bundle/place.ts";
import type { App } from "../panels/app.ts";
import { outcomes, samplesOf } from "../selection/samples.ts";
import { comparedWith, type Session } from "../selection/session.ts";
import { digest } from "../sources/digest.ts";
import { footing } from "../text/verdicts.ts";
import { notify } from "../view/actions.ts";

/** The run of this id beside the session's, read; null where none is wanted, or none can be read, which is said. */
export async function comparison(current: Session, wanted: string | null): Promise<App["compared"]> {
  const directory = comparedWith(current, wanted);
  if (directory === null) return null;
  try {
    const other = await openRun(current.source, directory, current.place?.index ?? null, digest);
    const samples = samplesOf(other);
    const own = current.place?.run;
    const alike = own && footing(own, other) !== "other data"; // ids of other data name other samples
    return { run: other, samples, right: alike ? outcomes(samples) : new Map() };
  } catch (error) {
    notify(`The run to compare with could not be read. ${message(error)}`);
    return null;
  }
}
