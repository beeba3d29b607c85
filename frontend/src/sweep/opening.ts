// The first thing on the page: the result in a sentence, and what to know of it.
import { count, plural, time } from "../text/format.ts";
import { copyFrom } from "../view/actions.ts";
import { button, el, ICONS, icon } from "../view/dom.ts";
import type { App } from "./app.ts";
import { sweepSentences } from "./words.ts";

export function opening({ sweep }: App, notices: readonly string[]): HTMLElement[] {
  const [first = "", ...rest] = sweepSentences(sweep);
  const settings = sweep.settings.values.length;
  const points = sweep.points.setting.length;
  const size = `${plural(settings, "setting")}, ${plural(points, "point")}`;
  const copy = button(
    icon(ICONS.copy),
    { class: "square copy", "aria-label": `Copy: ${sweep.command}` },
    () => void copyFrom(copy, sweep.command),
  );
  return [
    el(
      "div",
      { class: "notices" },
      ...notices.map((text) => el("p", { class: "notice warn" }, el("b", {}, "Note"), " ", text)),
    ),
    el(
      "div",
      { class: "opening-text" },
      el("p", { class: "eyebrow" }, `${sweep.dataset.title} · ${time(sweep.created)} · ${size}`),
      el("h1", { id: "title", translate: "no" }, sweep.label ?? sweep.sweep_id),
      el("p", { class: "sweep-lead" }, first),
      el("ul", { class: "sweep-notes" }, ...rest.map((text) => el("li", {}, text))),
      sweep.command !== "" &&
        el(
          "div",
          { class: "command sweep-command" },
          el("code", { tabindex: 0, translate: "no" }, sweep.command),
          copy,
        ),
    ),
  ];
}

/** What a screen reader says when the page is there. */
export function summary({ sweep }: App): string {
  return `Showing ${sweep.label ?? sweep.sweep_id}: ${count(sweep.points.setting.length)} points`;
}
