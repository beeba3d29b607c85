// What runs.js and lab.js may use of panels.js, so that they bundle none of it a second time.
import { changes, meanOf } from "../model/changes.ts";
import { argmax, probabilities } from "../model/network.ts";
import { classScores } from "../model/scores.ts";
import { answerBox, answered } from "./answer.ts";
import { lineChart } from "./chart.ts";
import { commandLine } from "./command.ts";
import { keptTable } from "./keep.ts";
import { things } from "./mapwords.ts";
import { pixels } from "./pixels.ts";
import { trainHere, withSettings } from "./recorded.ts";
import { adopt } from "./style.ts";
import { unpaired, verdict } from "./verdicts.ts";

export const shared = {
  adopt,
  answerBox,
  answered,
  argmax,
  changes,
  classScores,
  commandLine,
  keptTable,
  lineChart,
  meanOf,
  pixels,
  probabilities,
  things,
  trainHere,
  unpaired,
  verdict,
  withSettings,
};
