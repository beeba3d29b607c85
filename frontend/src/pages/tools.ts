// What lab.js may use of the page's script, so that it bundles none of it a second time.
import { datasetFile } from "../bundle/load.ts";
import { KERNEL, mapOf } from "../model/layers.ts";
import { matrixAt } from "../model/matrices.ts";
import { argmax, forward } from "../model/network.ts";
import { changes, classScores } from "../model/stats.ts";
import { watch } from "../panels/app.ts";
import { currentSample } from "../panels/current.ts";
import { marks } from "../panels/marks.ts";
import { showInStudio } from "../panels/reveal.ts";
import { find } from "../selection/runs.ts";
import { outcomes } from "../selection/samples.ts";
import { hiddenSizes, isDeep, lastEpoch, nameOf, shapeOf, titleOf } from "../text/facts.ts";
import {
  architecture,
  bytes,
  count,
  interval,
  percent,
  plural,
  seconds,
  series,
  setting,
  short,
  small,
  time,
} from "../text/format.ts";
import { configDifferences, incomparable, verdict } from "../text/verdicts.ts";
import { copyFrom } from "../view/actions.ts";
import { lineChart } from "../view/chart.ts";
import { digit, divergingScale, inkScale, paint } from "../view/digit.ts";
import { button, el, ICONS, icon, replace, segmented, select, set, svg } from "../view/dom.ts";
import { absence, panel } from "../view/panel.ts";
import { windowed } from "../view/rows.ts";
import { lastAtMost } from "../view/scale.ts";
import { onThemeChange } from "../view/theme.ts";

export const tools = {
  ICONS,
  KERNEL,
  absence,
  architecture,
  argmax,
  button,
  bytes,
  changes,
  classScores,
  configDifferences,
  copyFrom,
  count,
  currentSample,
  datasetFile,
  digit,
  divergingScale,
  el,
  find,
  forward,
  hiddenSizes,
  icon,
  incomparable,
  inkScale,
  interval,
  isDeep,
  lastAtMost,
  lastEpoch,
  lineChart,
  mapOf,
  marks,
  matrixAt,
  nameOf,
  onThemeChange,
  outcomes,
  paint,
  panel,
  percent,
  plural,
  replace,
  seconds,
  segmented,
  select,
  series,
  set,
  setting,
  shapeOf,
  short,
  showInStudio,
  small,
  svg,
  time,
  titleOf,
  verdict,
  watch,
  windowed,
};
