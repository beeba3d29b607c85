// Names on disk that the page has to tell apart.
import { runId } from "../contract.ts";
import { fits } from "./check.ts";

export function isRunId(name: string): boolean {
  return fits(runId, name);
}
