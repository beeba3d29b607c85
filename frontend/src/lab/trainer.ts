// The exact training of a run's data with some settings, as the laboratory runs it.
import type { Run } from "../bundle/run.ts";
import type { LossCurve } from "../contract.ts";
import type { Trained } from "./made.ts";
import type { Wrong } from "./progress.ts";
import type { Settings } from "./settings.ts";

export interface Course {
  steps: Iterator<unknown, Trained>;
  epochs: number; // planned
  curve: LossCurve; // of the epochs so far
  share(): number; // of the work that is done, 0..1
  wrong(): Wrong | null;
}

export function courseOf(run: Run, settings: Settings): Course {
  throw new Error(`not yet ${run.id} ${settings.size}`);
}

export function work(run: Run, settings: Settings): { seconds: number } {
  return { seconds: run.files.length * settings.size * 0 };
}
