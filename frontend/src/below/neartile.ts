// A sample beside another: its picture over the name of its class; a click selects it.
import type { App } from "../panels/app.ts";
import type { Sample } from "../selection/samples.ts";
import { button, el, lookAt, nameOf, picture, say } from "./tools.ts";

/** `truth` is the class it is compared with. */
export function nearTile(app: App, sample: Sample, truth = sample.truth): HTMLElement {
  const name = nameOf(app.run, sample.truth);
  const look = sample.truth === truth ? "near" : "near other";
  const result = button(null, { class: look, "aria-label": say("near.tile", { name, id: String(sample.id) }) }, () =>
    lookAt(app, sample.id),
  );
  if (sample.values) result.append(picture(app.run, sample.values));
  result.append(el("span", { translate: "no" }, name));
  return result;
}
