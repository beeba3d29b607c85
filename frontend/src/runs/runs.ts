// What runs.js holds: what a run was and how it is made again, all runs, and one beside another.
import { compareRuns } from "./compare.ts";
import type { Runs } from "./door.ts";
import { runHistory } from "./history.ts";
import { lessons } from "./lessons.ts";
import { live } from "./live.ts";
import { playbook } from "./playbook.ts";
import { present } from "./present.ts";
import { recipe, runSummary } from "./recipe.ts";
import { glossary } from "./tools.ts";

// biome-ignore lint/style/useConst: a variable of the function that the build wraps around this script
declare let given: Runs;
given = {
  experiment: [runSummary, recipe, runHistory, compareRuns, live],
  workflow: [lessons, playbook, present, (app) => glossary(app)],
};
