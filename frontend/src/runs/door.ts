// The door between the page and runs.js: what a run was, all runs, and one beside another. As panels.js, it registers one
// function at load and runs nothing.
import type { AllTools, Places } from "../below/door.ts";

export type Runs = Places<"experiment" | "workflow">;

declare global {
  /** What runs.js registers. */
  var openRuns: ((tools: AllTools) => Runs) | undefined;
}
