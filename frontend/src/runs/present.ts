// For a room: one panel at a time fills the screen, large. Arrows and Page keys turn, Escape ends; printed, each
// panel is a sheet of its own.
import type { App } from "../panels/app.ts";
import { button, el, say } from "./tools.ts";

const ASKED = /[?&]present(?=[=&]|$)/; // in the address

/** Puts the button beside a heading above; a panel of its own it has none. */
export function present(app: App): null {
  document.getElementById("present")?.remove();
  const start = button(say("present"), { id: "present", class: "quiet", title: say("present.keys") }, () => show(app));
  document.querySelector("#insights .section-head")?.append(start);
  if (ASKED.test(location.search)) queueMicrotask(() => show(app)); // when this section stands, too
  return null;
}

function show(app: App): void {
  const cards = [...document.querySelectorAll<HTMLElement>("#main section.card")].filter((card) => card.offsetHeight);
  let at = Math.max(
    0,
    cards.findIndex((card) => card.getBoundingClientRect().bottom > innerHeight / 3),
  );
  const place = el("div", { class: "slide" }); // where the panel that is shown belongs
  const count = el("p", { class: "small muted", "aria-live": "polite" });
  const turns = [-1, 1].map((by) =>
    button(by < 0 ? "‹" : "›", { "aria-label": by < 0 ? say("present.before") : say("present.after") }, () => turn(by)),
  );
  const box = el("div", { class: "slide", tabindex: 0, role: "group", "aria-label": say("present") });
  const paper = button(say("present.print"), {}, () => print());
  const end = button(say("present.end"), {}, () => dialog.close());
  const dialog = el(
    "dialog",
    { class: "present", "aria-label": say("present") },
    box,
    el("footer", {}, count, ...turns, paper, end),
  );

  const put = (): void => {
    const card = cards[at] as HTMLElement;
    card.replaceWith(place);
    box.replaceChildren(card);
    box.scrollTop = 0;
    count.textContent = `${at + 1} / ${cards.length}`;
    box.focus();
  };
  const back = (): void => place.replaceWith(...box.children);
  const turn = (by: number): void => {
    back();
    at = Math.min(cards.length - 1, Math.max(0, at + by));
    put();
  };
  dialog.addEventListener("keydown", ({ key, target }) => {
    const isFree = target === box || target instanceof HTMLButtonElement; // sliders and grids have their own arrows
    if (key === "PageDown" || (isFree && key === "ArrowRight")) turn(1);
    else if (key === "PageUp" || (isFree && key === "ArrowLeft")) turn(-1);
  });
  const slides = (on: boolean): void => {
    document.documentElement.classList.toggle("slides", on);
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
    back();
    dialog.remove();
    (cards[at] as HTMLElement).scrollIntoView({ block: "center" });
    document.getElementById("present")?.focus({ preventScroll: true });
  };
  dialog.addEventListener("close", ended);
  app.scope.addEventListener("abort", () => dialog.close());
  document.body.append(dialog);
  dialog.showModal();
  put();
}
