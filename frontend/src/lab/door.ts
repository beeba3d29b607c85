// The door between the two scripts of the page. lab.js holds what is not in the first view. It is deferred, and at load
// it only registers one function; the page calls that with what lab.js may use, and gets panels back.
import type { tools } from "../pages/tools.ts";
import type { App } from "../panels/app.ts";

export type Tools = typeof tools;
export type Panel = (app: App) => HTMLElement | HTMLElement[] | null;
/** Panels by where they stand: at the start of the insights, or at the end of a section. */
export type Places = Readonly<Record<"learning" | "insights" | "experiment" | "workflow", readonly Panel[]>>;
export interface Lab extends Places {
  /** Fills the panel of the selected sample. */
  inspector(app: App, body: HTMLElement): void;
}

declare global {
  /** What lab.js registers. */
  var openLab: ((tools: Tools) => Lab) | undefined;
}
