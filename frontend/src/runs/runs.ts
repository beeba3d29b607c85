// What runs.js holds: what a run was and how it is made again, all runs, and one beside another.
import { compareRuns } from "./compare.ts";
import type { Runs } from "./door.ts";
import { glossary } from "./glossary.ts";
import { runHistory } from "./history.ts";
import { lessons } from "./lessons.ts";
import { live } from "./live.ts";
import { playbook } from "./playbook.ts";
import { present } from "./present.ts";
import { recipe, runSummary } from "./recipe.ts";
import css from "./runs.css";
import { suspects } from "./suspicious.ts";
import { adopt } from "./tools.ts";

adopt(css);
// biome-ignore lint/style/useConst: a variable of the function that the build wraps around this script
declare let given: Runs;
given = {
  experiment: [runSummary, recipe, runHistory, compareRuns, suspects, live],
  workflow: [lessons, playbook, present, glossary],
};
