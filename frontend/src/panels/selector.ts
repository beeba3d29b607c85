// The Artifact bundle selector: which run is shown, which one it is compared with; "Latest" follows new runs.
import type { IndexEntry } from "../bundle/run.ts";
import { type Column, find } from "../selection/runs.ts";
import type { Shown } from "../selection/session.ts";
import { architecture, percent, score, time } from "../text/format.ts";
import { say } from "../text/language.ts";
import { button, el, ICONS, icon, replace, segmented, set } from "../view/dom.ts";
import { inFocus } from "../view/focus.ts";
import { uniqueId } from "../view/panel.ts";
import { windowed } from "../view/rows.ts";
import { against } from "./against.ts";
import { marks } from "./marks.ts";

const ROW = 3.25; // rem

export interface SelectorActions {
  open(runId: string | null): void;
  compare(runId: string | null): void;
  folder(): void;
}
export interface Selector {
  element: HTMLElement;
  show(shown: Shown): void;
  busy(waiting: boolean): void;
  /** Opens the list for one of its purposes; the focus comes back to where it was. */
  search(purpose: Mode): void;
}

type Mode = "show" | "compare";

export function selector(actions: SelectorActions): Selector {
  const listId = uniqueId("runs");
  const label = el("span", { class: "selector-label" });
  const opener = el(
    "button",
    { type: "button", class: "selector-button", "aria-haspopup": "dialog", "aria-expanded": "false" },
    el("span", { class: "visually-hidden" }, `${say("bundle")}: `),
    label,
    icon(ICONS.down),
  );
  const search = el("input", {
    type: "search",
    role: "combobox",
    "aria-expanded": "true",
    "aria-controls": listId,
    "aria-autocomplete": "list",
    "aria-label": say("selector.search"),
    placeholder: say("selector.hint"),
    maxlength: 100,
  });
  const list = el("div", { role: "listbox", id: listId, class: "run-list", "aria-label": say("runs.title") });
  const foot = el("p", { class: "small muted selector-foot" });
  let shown: Shown | null = null;
  let [mode, sort]: [Mode, Column] = ["show", "created"];
  let found: (IndexEntry | null)[] = []; // null is the pinned first row
  let active = 0;

  const modes = segmented<Mode>(
    say("selector.purpose"),
    [
      { value: "show", text: say("selector.show") },
      { value: "compare", text: say("compare.with") },
    ],
    mode,
    (value) => {
      setMode(value);
      update();
    },
  );
  const setMode = (value: Mode): void => {
    mode = value;
    modes.show(value);
  };
  const sorts = segmented<Column>(
    say("sort"),
    [
      { value: "created", text: say("sort.newest") },
      { value: "accuracy", text: say("accuracy") },
      { value: "macro_f1", text: say("macro.f1") },
    ],
    sort,
    (value) => {
      sort = value;
      sorts.show(value);
      update();
    },
  );
  const folder = button(say("folder.choose"), { class: "quiet" }, actions.folder);
  const panel = el(
    "div",
    { class: "selector-panel", role: "dialog", "aria-label": say("bundle"), hidden: true },
    el("div", { class: "controls" }, modes.element, sorts.element),
    search,
    list,
    el("div", { class: "controls" }, foot, el("span", { class: "grow" }), folder),
  );
  const rows = windowed(
    list,
    list,
    () => ROW,
    (from, to) => found.slice(from, to).map((run, i) => option(run, from + i)),
    (pixels) => {
      const space = el("div", { role: "presentation" });
      space.style.height = `${pixels}px`;
      return space;
    },
  );

  function option(run: IndexEntry | null, position: number): HTMLElement {
    const chosen =
      mode === "show"
        ? run
          ? !shown?.follows && run.run_id === shown?.current
          : shown?.follows
        : (run?.run_id ?? null) === (shown?.compared ?? null);
    const latest = shown?.index?.index.latest ?? "–";
    const [title, detail] = run
      ? [
          run.label ?? run.run_id,
          `${architecture(run.model, [...run.channels, ...run.hidden_sizes])} · F1 ${score(run.macro_f1)} · ${time(run.created)}`,
        ]
      : mode === "show"
        ? [say("selector.latest"), say("selector.follows", { run: latest })]
        : [say("selector.nothing"), say("selector.alone")];
    const element = el(
      "div",
      {
        role: "option",
        class: "run-option",
        id: `${listId}-${position}`,
        "aria-selected": String(Boolean(chosen)),
        "aria-setsize": found.length,
        "aria-posinset": position + 1,
        "data-position": position,
      },
      el("span", { class: "run-title", translate: run ? "no" : null }, title, ...marks(run)),
      el("span", { class: "run-score num" }, run ? percent(run.accuracy) : ""),
      el("span", { class: "small muted run-detail" }, detail),
    );
    element.classList.toggle("active", position === active);
    return element;
  }

  function update(keep = false): void {
    const runs = shown?.index?.index.runs ?? [];
    const hits = find(runs, search.value, sort).filter((run) => mode === "show" || run.run_id !== shown?.current);
    found = search.value || !shown?.index ? hits : [null, ...hits];
    if (!keep) {
      active = 0;
      list.scrollTop = 0;
    }
    rows.refresh(found.length);
    set(search, "aria-activedescendant", found.length ? `${listId}-${active}` : null);
    foot.textContent = !shown?.index
      ? say("selector.single")
      : search.value
        ? say("runs.of", { shown: hits.length, count: runs.length })
        : say("runs", { count: shown.index.count });
  }

  function move(to: number): void {
    active = Math.max(0, Math.min(found.length - 1, to));
    rows.reveal(active);
    rows.refresh(found.length);
    set(search, "aria-activedescendant", `${listId}-${active}`);
  }

  function choose(position: number): void {
    const run = found[position];
    if (run === undefined) return;
    toggle(false);
    back();
    if (mode === "compare") actions.compare(run?.run_id ?? null);
    else actions.open(run?.run_id ?? null);
  }

  let origin: HTMLElement = opener; // what opened the list, and gets the focus back
  const back = (): void => {
    (origin.isConnected ? origin : opener).focus({ preventScroll: true });
    origin = opener;
  };

  function toggle(open: boolean): void {
    panel.hidden = !open;
    set(opener, "aria-expanded", String(open));
    if (!open) return;
    search.value = "";
    update();
    search.focus();
  }

  opener.addEventListener("click", () => toggle(panel.hidden !== false));
  search.addEventListener("input", () => update());
  list.addEventListener("click", (event) => {
    const position = (event.target as Element).closest<HTMLElement>("[data-position]")?.dataset.position;
    if (position !== undefined) choose(Number(position));
  });
  panel.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      toggle(false);
      back();
    } else if (event.target === search && event.key === "Enter") choose(active);
    else if (event.target === search && (event.key === "ArrowDown" || event.key === "ArrowUp"))
      move(active + (event.key === "ArrowDown" ? 1 : -1));
    else return;
    event.preventDefault();
  });
  const leave = (): void => {
    actions.compare(null);
    opener.focus({ preventScroll: true });
  };
  const beside = el("div", { class: "beside" });
  const element = el("div", { class: "selector" }, opener, beside, panel);
  element.addEventListener("focusout", (event) => {
    if (event.relatedTarget instanceof Node && !element.contains(event.relatedTarget)) toggle(false);
  });
  document.addEventListener("pointerdown", (event) => {
    if (event.target instanceof Node && !element.contains(event.target)) toggle(false);
  });
  return {
    element,
    show(next) {
      shown = next;
      replace(
        label,
        el("b", { translate: "no" }, next.title),
        el("span", { class: "muted detail" }, next.detail),
        next.follows && el("span", { class: "tag" }, say("selector.tag")),
        next.forced && el("span", { class: "tag", title: say("selector.address") }, say("selector.forced")),
      );
      replace(beside, against(next, leave));
      if (!panel.hidden) update(true);
    },
    search(purpose) {
      const focused = inFocus();
      if (focused instanceof HTMLElement) origin = focused;
      setMode(purpose);
      toggle(true);
    },
    busy: (waiting) => element.classList.toggle("busy", waiting),
  };
}
