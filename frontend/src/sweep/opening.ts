// The first thing on the page: the result in a sentence, and what to know of it.
import { time } from "../text/format.ts";
import { say } from "../text/language.ts";
import { copyFrom } from "../view/actions.ts";
import { button, el, ICONS, icon } from "../view/dom.ts";
import { unspoken } from "../view/languages.ts";
import type { App } from "./app.ts";
import { sweepSentences } from "./words.ts";

export function opening({ sweep }: App, notices: readonly string[]): HTMLElement[] {
  const [first = "", ...rest] = sweepSentences(sweep);
  const settings = sweep.settings.values.length;
  const points = sweep.points.setting.length;
  const size = `${say("settings.count", { count: settings })}, ${say("points.count", { count: points })}`;
  const copy = button(
    icon(ICONS.copy),
    { class: "square copy", "aria-label": say("copy.command", { command: sweep.command }) },
    () => void copyFrom(copy, sweep.command),
  );
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
  return say("sweep.showing", { name: sweep.label ?? sweep.sweep_id, count: sweep.points.setting.length });
}
