// What lab.js may use of panels.js, so that it bundles none of it a second time.
import { changes, mcnemar } from "../model/changes.ts";
import { nearest } from "../model/nearest.ts";
import { argmax, forward, probabilities } from "../model/network.ts";
import { classScores } from "../model/scores.ts";
import { changedSamples } from "./changed.ts";
import { lineChart } from "./chart.ts";
import { commandLine } from "./command.ts";
import { pixels } from "./editor.ts";
import { barsOf } from "./inspector.ts";
import { nearestSentence } from "./nearest.ts";
import { trainHere, withSettings } from "./recorded.ts";
import { unpaired, verdict } from "./verdicts.ts";

export const shared = {
  argmax,
  barsOf,
  changedSamples,
  changes,
  classScores,
  commandLine,
  forward,
  lineChart,
  mcnemar,
  nearest,
  nearestSentence,
  pixels,
  probabilities,
  trainHere,
  unpaired,
  verdict,
  withSettings,
};
