// The door between dashboard.js and panels.js, which holds the panels below the first view. It is deferred, and at load
// it only registers one function; the page calls that with what panels.js may use, and gets panels back.
import type { tools } from "../pages/tools.ts";
import type { App } from "../panels/app.ts";
import type { shared } from "./shared.ts";

export type Tools = typeof tools;
/** What the other deferred scripts may use: also what panels.js shares. */
export type AllTools = Tools & typeof shared;
export type Panel = (app: App) => HTMLElement | HTMLElement[] | null;
/** Where panels of the deferred scripts stand: at the start of the insights, or at the end of a section. */
export type Place = "learning" | "insights" | "lab" | "experiment" | "workflow";
export type Places<P extends Place> = Readonly<Record<P, readonly Panel[]>>;
export interface Panels extends Places<"learning" | "insights"> {
  /** Fills the panel of the selected sample. */
  inspector(app: App, body: HTMLElement): void;
  /** Fills the bar of the filters, the place of the order, and that of the chips. */
  filters(app: App, bar: HTMLElement, order: HTMLElement, chips: HTMLElement): void;
  /** Fills the tray below the matrix with the images of the cell that is selected. */
  tray(app: App, box: HTMLElement): void;
  /** What the other deferred scripts use of them. */
  shared: typeof shared;
}

declare global {
  /** What panels.js registers. */
  var openPanels: ((tools: Tools) => Panels) | undefined;
}
