// What lab.js may use of the page's script, so that it bundles none of it a second time.
import { datasetFile } from "../bundle/load.ts";
import { KERNEL, mapOf } from "../model/layers.ts";
import { matrixAt } from "../model/matrices.ts";
import { argmax, forward } from "../model/network.ts";
import { differenceInterval } from "../model/stats.ts";
import { watch } from "../panels/app.ts";
import { CURRENT, currentSample, lookAt } from "../panels/current.ts";
import { marks } from "../panels/marks.ts";
import { showInStudio } from "../panels/reveal.ts";
import { find } from "../selection/runs.ts";
import { outcomes } from "../selection/samples.ts";
import { folderOf, inRepository, pathOf, programOf, quoted } from "../text/commands.ts";
import { hiddenSizes, isDeep, isWide, lastEpoch, nameOf, shapeOf, tally, terms, titleOf } from "../text/facts.ts";
import {
  architecture,
  bytes,
  clip,
  count,
  interval,
  percent,
  plural,
  score,
  seconds,
  series,
  share,
  short,
  small,
  some,
  time,
} from "../text/format.ts";
import { divergence } from "../text/sentences.ts";
import { footing, inCommon, namesOf, points, unpairedRange } from "../text/verdicts.ts";
import { attempt, calm, copyFrom } from "../view/actions.ts";
import { digit, divergingScale, inkScale, paint } from "../view/digit.ts";
import { button, el, ICONS, icon, replace, segmented, select, set, svg } from "../view/dom.ts";
import { absence, dataTable, panel } from "../view/panel.ts";
import { windowed } from "../view/rows.ts";
import { lastAtMost } from "../view/scale.ts";
import { onThemeChange } from "../view/theme.ts";

export const tools = {
  absence,
  architecture,
  argmax,
  attempt,
  button,
  bytes,
  calm,
  clip,
  copyFrom,
  count,
  CURRENT,
  currentSample,
  datasetFile,
  dataTable,
  differenceInterval,
  digit,
  divergence,
  divergingScale,
  el,
  find,
  folderOf,
  footing,
  forward,
  hiddenSizes,
  icon,
  ICONS,
  inCommon,
  inkScale,
  inRepository,
  interval,
  isDeep,
  isWide,
  KERNEL,
  lastAtMost,
  lastEpoch,
  lookAt,
  mapOf,
  marks,
  matrixAt,
  nameOf,
  namesOf,
  onThemeChange,
  outcomes,
  paint,
  panel,
  pathOf,
  percent,
  plural,
  points,
  programOf,
  quoted,
  replace,
  score,
  seconds,
  segmented,
  select,
  series,
  set,
  shapeOf,
  share,
  short,
  showInStudio,
  small,
  some,
  svg,
  tally,
  terms,
  time,
  titleOf,
  unpairedRange,
  watch,
  windowed,
};
