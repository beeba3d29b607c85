// The door between the page and lab.js, the laboratory. As panels.js, it registers one function at load and runs nothing.
import type { Panel, Panels, Tools } from "../below/door.ts";

export type LabTools = Tools & Panels["shared"];

declare global {
  /** What lab.js registers. It gives the panels of the laboratory. */
  var openLab: ((tools: LabTools) => readonly Panel[]) | undefined;
}
