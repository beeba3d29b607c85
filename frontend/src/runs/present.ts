// For a room: one panel at a time fills the screen, large. P starts it, arrows and Page keys turn, Escape ends;
// printed, each panel is a sheet of its own.
import type { App } from "../panels/app.ts";
import { attempt, button, el, say } from "./tools.ts";

const ASKED = /[?&]present(?:=(\d*))?(?=&|$)/; // in the address, with the number of the panel
const KEY = "digit-classifier:present-key"; // in the browser's storage: P is left alone
const ROOM = { width: 1280, height: 720 }; // of the screen that the sizes below are for
const LEAST = 1.4; // of zoom, with letters of 125 %: 28 pixels for sentences and captions, 21 for the smallest words
const MOST = 2.6;
const STEPS = 5; // halvings of what is between them

let begun = false; // what the address asked for

/** Puts the button beside a heading above; a panel of its own it has none. */
export function present(app: App): null {
  document.getElementById("present")?.remove();
  const start = button(say("present"), { id: "present", class: "quiet", title: say("present.keys") }, () => show(app));
  document.querySelector("#insights .section-head")?.append(start);
  const asked = begun ? null : ASKED.exec(location.search); // once: the page may be drawn anew
  begun = true;
  if (asked) queueMicrotask(() => show(app, Number(asked[1]) || 1)); // when this section stands, too
  addEventListener("keydown", (event) => isStart(event) && show(app), { signal: app.scope });
  return null;
}

/** P alone, outside fields and dialogs, unless that was switched off. */
function isStart(event: KeyboardEvent): boolean {
  if (event.key.toLowerCase() !== "p" || event.ctrlKey || event.metaKey || event.altKey) return false;
  const at = event.target instanceof Element ? event.target : document.body;
  return !at.closest("input, select, textarea, [contenteditable], dialog") && usesKey() && !isShown();
}
const isShown = (): boolean => document.querySelector("dialog.present") !== null;
const usesKey = (): boolean => attempt(() => localStorage.getItem(KEY)) !== "off";

function show(app: App, first?: number): void {
  const cards = [...document.querySelectorAll<HTMLElement>("#main section.card")].filter((card) => card.offsetHeight);
  const near = cards.findIndex((card) => card.getBoundingClientRect().bottom > innerHeight / 3);
  let at = Math.min(cards.length - 1, Math.max(0, first ? first - 1 : near));
  const place = el("div", { class: "slide" }); // where the panel that is shown belongs
  const count = el("p", { class: "small muted", "aria-live": "polite" });
  const turns = [-1, 1].map((by) =>
    button(by < 0 ? "‹" : "›", { "aria-label": by < 0 ? say("present.before") : say("present.after") }, () => turn(by)),
  );
  const box = el("div", { class: "slide", tabindex: 0, role: "group", "aria-label": say("present") });
  const paper = button(say("present.print"), {}, () => print());
  const end = button(say("present.end"), {}, () => dialog.close());
  const key = el("input", { type: "checkbox", checked: usesKey() });
  key.addEventListener("change", () => attempt(() => localStorage.setItem(KEY, key.checked ? "on" : "off")));
  const dialog = el(
    "dialog",
    { class: "present", "aria-label": say("present") },
    box,
    el(
      "footer",
      {},
      el("label", { class: "field small" }, key, say("present.key")),
      el("span", { class: "grow" }),
      count,
      ...turns,
      paper,
      end,
    ),
  );

  const put = (): void => {
    const card = cards[at] as HTMLElement;
    card.replaceWith(place);
    box.replaceChildren(card);
    box.scrollTop = 0;
    fill(box, card);
    count.textContent = `${at + 1} / ${cards.length}`;
    box.focus();
  };
  const back = (): void => {
    for (const card of box.children) zoom(card as HTMLElement, null);
    place.replaceWith(...box.children);
  };
  const again = (): void => {
    if (box.children.length) fill(box, cards[at] as HTMLElement);
  };
  const turn = (by: number): void => {
    back();
    at = Math.min(cards.length - 1, Math.max(0, at + by));
    put();
  };
  dialog.addEventListener("keydown", (event) => {
    const { key, target } = event;
    const isFree = target === box || target instanceof HTMLButtonElement; // sliders and grids have their own arrows
    if (key === "Escape") event.stopPropagation(); // it ends this, and undoes nothing on the page
    if (event.defaultPrevented) return; // in a grid of buttons it moved the focus
    if (key === "PageDown" || (isFree && key === "ArrowRight")) turn(1);
    else if (key === "PageUp" || (isFree && key === "ArrowLeft")) turn(-1);
    else return;
    event.preventDefault(); // else the next panel would be scrolled as well
  });
  const slides = (on: boolean): void => {
    document.documentElement.classList.toggle("slides", on);
    document.documentElement.classList.toggle("presenting", !on);
    if (on) back();
    else put();
  };
  const [before, after] = [(): void => slides(true), (): void => slides(false)];
  addEventListener("beforeprint", before);
  addEventListener("afterprint", after);
  const ended = (): void => {
    if (!dialog.isConnected) return;
    removeEventListener("beforeprint", before);
    removeEventListener("afterprint", after);
    removeEventListener("resize", again);
    document.documentElement.classList.remove("presenting");
    back();
    dialog.remove();
    (cards[at] as HTMLElement).scrollIntoView({ block: "center" });
    document.getElementById("present")?.focus({ preventScroll: true });
  };
  dialog.addEventListener("close", ended);
  app.scope.addEventListener("abort", () => dialog.close());
  document.body.append(dialog);
  dialog.showModal();
  document.documentElement.classList.add("presenting");
  addEventListener("resize", again);
  put();
}

/** The largest zoom at which the whole panel is on the screen; one that has to be scrolled gets the least. */
function fill(box: HTMLElement, card: HTMLElement): void {
  const screen = Math.max(1, Math.min(innerWidth / ROOM.width, innerHeight / ROOM.height));
  const fits = (at: number): boolean => {
    zoom(card, at);
    return box.scrollHeight <= box.clientHeight && box.scrollWidth <= box.clientWidth;
  };
  let [low, high] = [LEAST * screen, MOST * screen];
  if (fits(low))
    for (let i = 0; i < STEPS; i++) {
      const middle = (low + high) / 2;
      if (fits(middle)) low = middle;
      else high = middle;
    }
  zoom(card, low);
}

function zoom(card: HTMLElement, by: number | null): void {
  card.style.setProperty("zoom", by === null ? "" : String(by));
  card.style.setProperty("--zoom", by === null ? "" : String(by));
}
