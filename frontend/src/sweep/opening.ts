// The first thing on the page: the result in a sentence, and what to know of it.
import { time } from "../text/format.ts";
import { say } from "../text/language.ts";
import { el } from "../view/dom.ts";
import { unspoken } from "../view/languages.ts";
import type { App } from "./app.ts";
import { command } from "./states.ts";
import { sweepSentences } from "./words.ts";

export function opening({ sweep }: App, notices: readonly string[]): HTMLElement[] {
  const [first = "", ...rest] = sweepSentences(sweep);
  const settings = sweep.settings.values.length;
  const points = sweep.points.setting.length;
  const size = `${say("settings.count", { count: settings })}, ${say("points.count", { count: points })}`;
  return [
    el(
      "div",
      { class: "notices" },
      ...[unspoken() ?? [], notices]
        .flat()
        .map((text) => el("p", { class: "notice warn" }, el("b", {}, say("note")), " ", text)),
    ),
    el(
      "div",
      { class: "opening-text" },
      el(
        "p",
        { class: "eyebrow" },
        el("span", { lang: "en" }, sweep.dataset.title),
        ` · ${time(sweep.created)} · ${size}`,
      ),
      el("h1", { id: "title", translate: "no" }, sweep.label ?? sweep.sweep_id),
      el("p", { class: "sweep-lead" }, first),
      el("ul", { class: "sweep-notes" }, ...rest.map((text) => el("li", {}, text))),
      sweep.command !== "" && command(sweep.command, "sweep-command"),
    ),
  ];
}

/** What a screen reader says when the page is there. */
export function summary({ sweep }: App): string {
  return say("sweep.showing", { name: sweep.label ?? sweep.sweep_id, count: sweep.points.setting.length });
}
