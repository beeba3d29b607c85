// What panels.js holds: the panels below the first view.
import laboratory from "../lab/laboratory.css"; // whose own script is full
import { architecture } from "./architecture.ts";
import { confidencePanel } from "./calibration.ts";
import { convergence } from "./convergence.ts";
import type { Panels } from "./door.ts";
import { filters } from "./filters.ts";
import { inspector } from "./inspector.ts";
import { sampleMap } from "./map.ts";
import css from "./panels.css";
import { perClass } from "./perclass.ts";
import { rocCurves } from "./roc.ts";
import { shared } from "./shared.ts";
import { adopt } from "./style.ts";
import { templates } from "./templates.ts";
import { tray } from "./tray.ts";

adopt(css);
adopt(laboratory);
// biome-ignore lint/style/useConst: a variable of the function that the build wraps around this script
declare let given: Panels;
given = {
  learning: [convergence],
  insights: [architecture, perClass, confidencePanel, rocCurves, templates, sampleMap],
  inspector,
  filters,
  tray,
  shared,
};
