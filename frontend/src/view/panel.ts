// The frame of every panel, and what it says where its file is missing.
import type { Part } from "../bundle/run.ts";
import { say } from "../text/language.ts";
import { button, type Child, el, replace } from "./dom.ts";

let ids = 0;
export const uniqueId = (prefix: string): string => `${prefix}-${++ids}`;

export interface Frame {
  title: string;
  files?: readonly string[];
  wide?: string; // class of its place in the section's grid
}

/** A card with a heading and, below it, the files its numbers come from. */
export function panel({ title, files = [], wide = "w12" }: Frame, ...body: Child[]): HTMLElement {
  const id = uniqueId("panel");
  const source =
    files.length > 0 && el("p", { class: "from", translate: "no", title: say("panel.files") }, files.join(", "));
  const head = el("header", { class: "card-head" }, el("h3", { id }, title), source);
  return el("section", { class: `card ${wide}`, "aria-labelledby": id, "data-files": files.join(" ") }, head, ...body);
}

/** Says why there is nothing to show; never an empty axis. */
export function absence(part: Part<unknown>, file: string, what: string): HTMLElement | null {
  if (part.state === "ok") return null;
  if (part.state === "absent") {
    return el(
      "div",
      { class: "absence" },
      el("p", {}, say("panel.absent", { what })),
      el("p", { class: "small muted" }, say("panel.unnamed", { file })),
    );
  }
  return el(
    "div",
    { class: "absence damaged" },
    el("p", {}, say("panel.damaged", { what })),
    el("p", { class: "small mono", lang: "en" }, part.problem),
  );
}

export interface Table {
  head: readonly string[];
  rows: readonly (readonly string[])[];
}

/** The numbers of a chart, folded away, 25 rows at a time. */
export function dataTable(label: string, table: () => Table): HTMLDetailsElement {
  const body = el("div", { class: "table-scroll", tabindex: 0, role: "region", "aria-label": label });
  const details = el("details", { class: "data" }, el("summary", {}, label), body);
  let page = 0;
  const render = (): void => {
    const { head, rows } = table();
    const pages = Math.max(1, Math.ceil(rows.length / 25));
    page = Math.min(page, pages - 1);
    const shown = rows.slice(page * 25, page * 25 + 25);
    const turn = (by: number, text: string): HTMLButtonElement =>
      button(text, { class: "quiet", disabled: page + by < 0 || page + by >= pages }, () => {
        page += by;
        render();
      });
    replace(
      body,
      el(
        "table",
        { class: "plain" },
        el("thead", {}, el("tr", {}, ...head.map((cell) => el("th", { scope: "col" }, cell)))),
        el("tbody", {}, ...shown.map((row) => el("tr", {}, ...row.map((cell) => el("td", { translate: "no" }, cell))))),
      ),
      pages > 1 &&
        el(
          "p",
          { class: "pager" },
          turn(-1, say("pager.back")),
          ` ${say("pager.at", { page: page + 1, pages })} `,
          turn(1, say("pager.on")),
        ),
    );
  };
  details.addEventListener("toggle", () => details.open && render());
  return details;
}
