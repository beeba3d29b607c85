import type { App } from "../panels/app.ts";
import { el } from "./tools.ts";
export function laboratory(_app: App): HTMLElement {
  return el("p", {}, "");
}
