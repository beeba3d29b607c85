// What the deferred scripts may use of the page's script, so that they bundle none of it a second time.
import { dictionary, fields, integer, list, nullable, number, optional, text } from "../bundle/check.ts";
import { datasetFile, loadRun, olderRuns, part } from "../bundle/load.ts";
import { join } from "../bundle/path.ts";
import { sizeOf } from "../bundle/run.ts";
import { shownFeatures } from "../model/features.ts";
import { KERNEL, mapOf } from "../model/layers.ts";
import { classesToShow, matrixAt } from "../model/matrices.ts";
import { accuracyOf, differenceInterval, largest, wilson } from "../model/stats.ts";
import { makers, watch } from "../panels/app.ts";
import { CURRENT, currentSample, lookAt, showAll } from "../panels/current.ts";
import { marks } from "../panels/marks.ts";
import { showInStudio } from "../panels/reveal.ts";
import { createEdited } from "../selection/edited.ts";
import { find } from "../selection/runs.ts";
import { outcomes, samplesOf } from "../selection/samples.ts";
import { shownOf } from "../selection/shown.ts";
import { FILTERS, INITIAL, same } from "../selection/state.ts";
import { digest } from "../sources/digest.ts";
import { folderOf, inRepository, pathOf, programOf, quoted } from "../text/commands.ts";
import {
  hiddenSizes,
  imageOf,
  isDeep,
  isDigits,
  isWide,
  lastEpoch,
  leftOut,
  nameOf,
  restWord,
  tally,
  terms,
  titleOf,
} from "../text/facts.ts";
import {
  alternatives,
  architecture,
  bytes,
  certainty,
  clip,
  count,
  fixed,
  interval,
  percent,
  plain,
  score,
  seconds,
  series,
  share,
  short,
  small,
  some,
  time,
} from "../text/format.ts";
import { phrase, say, sentence } from "../text/language.ts";
import { divergence } from "../text/sentences.ts";
import { footing, inCommon, namesOf, points, unpairedRange } from "../text/verdicts.ts";
import { announce, calm, copyFrom, save } from "../view/actions.ts";
import { attempt } from "../view/attempt.ts";
import { digit, divergingScale, imageData, inkScale, paint } from "../view/digit.ts";
import { button, el, ICONS, icon, replace, segmented, select, set, svg, woven } from "../view/dom.ts";
import { matrixGrid } from "../view/matrix.ts";
import { absence, dataTable, panel } from "../view/panel.ts";
import { captionOf, lookOf, picture, scoreOf } from "../view/picture.ts";
import { next } from "../view/roving.ts";
import { windowed } from "../view/rows.ts";
import { lastAtMost } from "../view/scale.ts";
import { onThemeChange, palette } from "../view/theme.ts";

export const tools = {
  absence,
  alternatives,
  accuracyOf,
  announce,
  architecture,
  attempt,
  button,
  bytes,
  calm,
  captionOf,
  certainty,
  classesToShow,
  clip,
  copyFrom,
  count,
  createEdited,
  CURRENT,
  currentSample,
  datasetFile,
  dataTable,
  dictionary,
  differenceInterval,
  digest,
  digit,
  divergence,
  divergingScale,
  el,
  fields,
  FILTERS,
  find,
  fixed,
  folderOf,
  footing,
  hiddenSizes,
  icon,
  ICONS,
  INITIAL,
  imageData,
  imageOf,
  inCommon,
  inkScale,
  inRepository,
  isDigits,
  integer,
  interval,
  isDeep,
  isWide,
  join,
  KERNEL,
  largest,
  lastAtMost,
  lastEpoch,
  leftOut,
  list,
  loadRun,
  lookAt,
  lookOf,
  makers,
  mapOf,
  marks,
  matrixAt,
  matrixGrid,
  nameOf,
  namesOf,
  next,
  nullable,
  number,
  optional,
  onThemeChange,
  outcomes,
  paint,
  palette,
  panel,
  olderRuns,
  part,
  pathOf,
  percent,
  phrase,
  picture,
  plain,
  points,
  programOf,
  quoted,
  replace,
  restWord,
  same,
  samplesOf,
  save,
  say,
  score,
  scoreOf,
  seconds,
  segmented,
  select,
  sentence,
  series,
  set,
  share,
  short,
  showAll,
  showInStudio,
  shownFeatures,
  shownOf,
  sizeOf,
  small,
  some,
  svg,
  tally,
  terms,
  text,
  time,
  titleOf,
  unpairedRange,
  watch,
  wilson,
  windowed,
  woven,
};
