// The second run, which the first is compared with.
import { message } from "../bundle/load.ts";
import { openRun } from "../bundle/place.ts";
import type { Run } from "../bundle/run.ts";
import { Missing } from "../bundle/source.ts";
import type { App, Compared } from "../panels/app.ts";
import { outcomes, samplesOf } from "../selection/samples.ts";
import { comparedWith, type Session } from "../selection/session.ts";
import { digest } from "../sources/digest.ts";
import { repairCommand } from "../text/commands.ts";
import { say } from "../text/language.ts";
import { footing } from "../text/verdicts.ts";

/**
 * The run of this id beside the session's, read; null where none is wanted, or where words say why
 * there is none. A run that is `lent` stands before one of the index. */
export async function comparison(
  current: Session,
  wanted: string | null,
  lent: Run | null,
): Promise<Pick<App, "compared" | "uncompared">> {
  if (lent) return { compared: beside(current, lent), uncompared: null };
  const directory = comparedWith(current, wanted);
  if (directory === null || wanted === null) return { compared: null, uncompared: null };
  try {
    const other = await openRun(current.source, directory, current.place?.index ?? null, digest);
    return { compared: beside(current, other), uncompared: null };
  } catch (error) {
    const uncompared = error instanceof Missing ? gone(current, wanted) : `${say("compared.unread")} ${message(error)}`;
    return { compared: null, uncompared: `${say("compared.not", { run: wanted })} ${uncompared}` };
  }
}

/** A run that was read or made, beside the session's. */
export function beside(current: Session, other: Run): Compared {
  const samples = samplesOf(other);
  const own = current.place?.run;
  const alike = own && footing(own, other) !== "other data"; // ids of other data name other samples
  return { run: other, samples, right: alike ? outcomes(samples) : new Map<number, boolean>() };
}

function gone({ place, source }: Session, wanted: string): string {
  const { root, index, older } = place?.index ?? { root: "", index: { runs: [] }, older: [] };
  if (source.kind === "embedded") return say("compared.left");
  if (!index.runs.some((run) => run.run_id === wanted))
    return older.length ? say("compared.older", { root }) : say("compared.unlisted", { root });
  const command = repairCommand(root, source.kind === "folder" ? null : location);
  return say("compared.gone", { root, command });
}
