// What lab.js may use of panels.js, so that it bundles none of it a second time.
import { changes, mcnemar } from "../model/changes.ts";
import { nearest } from "../model/nearest.ts";
import { argmax, forward, probabilities } from "../model/network.ts";
import { changedSamples } from "./changed.ts";
import { lineChart } from "./chart.ts";
import { commandLine } from "./command.ts";
import { barsOf } from "./inspector.ts";
import { nearestSentence } from "./nearest.ts";
import { trainHere } from "./recorded.ts";
import { unpaired, verdict } from "./verdicts.ts";

export const shared = {
  argmax,
  barsOf,
  changedSamples,
  changes,
  commandLine,
  forward,
  lineChart,
  mcnemar,
  nearest,
  nearestSentence,
  probabilities,
  trainHere,
  unpaired,
  verdict,
};
