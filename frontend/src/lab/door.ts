// The door between the two scripts. lab.js is a script of its own, deferred: what is not in the first view. At load it
// registers one function and runs nothing else; the page calls it with what it may use and gets panels back.
import type { tools } from "../pages/tools.ts";
import type { App } from "../panels/app.ts";

export type Tools = typeof tools;
export type Panel = (app: App) => HTMLElement | HTMLElement[] | null;
/** Panels by the id of the section whose end they stand at. */
export type Lab = Readonly<Record<"insights" | "experiment" | "workflow", readonly Panel[]>>;

declare global {
  /** What lab.js registers. */
  var openLab: ((tools: Tools) => Lab) | undefined;
}
