// Terms that a beginner meets: the first of each in a section is a button that says in one sentence what it means.
import words from "../../../src/digit_classifier/words/en.json" with { type: "json" };
import type { App } from "../panels/app.ts";
import { attempt, button, el } from "./tools.ts";

/** "hold-out: samples kept back …": what it is called in the texts, and what it means. */
const TERMS = Object.entries(words)
  .filter(([key]) => key.startsWith("term."))
  .map(([key, text]) => {
    const said = String(text);
    const word = said.slice(0, said.indexOf(":"));
    const found = new RegExp(`(?<![\\p{L}\\p{N}-])${word}(?:s|es)?(?![\\p{L}\\p{N}-])`, "iu"); // words are letters and spaces
    return { name: key.slice("term.".length), word, found, meaning: said.slice(word.length + 2) };
  });
/** Texts that are written once. What follows the selection is written anew with every change. */
const TEXTS = "p, dt, li, th, .activation, .note, .small";
const ELSEWHERE =
  "button, a, summary, label, select, code, svg, h1, h2, h3, h4, [aria-live], [translate=no], .reading, .readout, " +
  ".sentence, .inspector, .tray, .lens, .chips, .mono, .lessons details, .files, .lab-outcome";
const GAP = 6; // pixels between a term and its meaning

/** Marks the terms once all sections stand; a panel of its own it has none. */
export function glossary(app: App): null {
  setTimeout(() => {
    if (!app.scope.aborted)
      for (const part of document.querySelectorAll<HTMLElement>("#opening, #main > section")) mark(part);
  });
  return null;
}

function mark(section: HTMLElement): void {
  const wanted = TERMS.filter(({ name }) => !section.querySelector(`[data-term="${name}"]`));
  const walker = document.createTreeWalker(section, NodeFilter.SHOW_TEXT);
  const texts: Text[] = [];
  while (walker.nextNode()) texts.push(walker.currentNode as Text);
  for (let text of texts) {
    const { parentElement: parent } = text;
    if (!parent?.closest(TEXTS) || parent.closest(ELSEWHERE)) continue;
    for (let i = 0; i < wanted.length; i++) {
      const term = wanted[i] as (typeof TERMS)[number];
      const found = term.found.exec(text.data);
      if (!found) continue;
      wanted.splice(i--, 1);
      const rest = text.splitText(found.index);
      const after = rest.splitText(found[0].length);
      rest.replaceWith(buttonOf(term, found[0]));
      if (text.data.length < after.data.length) text = after; // what is left of it may have another
    }
  }
}

function buttonOf({ name, word, meaning }: (typeof TERMS)[number], text: string): HTMLButtonElement {
  const id = `term-${name}`;
  if (!document.getElementById(id)) {
    const place =
      document.getElementById("terms") ?? document.getElementById("main")?.appendChild(el("div", { id: "terms" }));
    place?.append(el("p", { id, popover: "auto", class: "meaning" }, el("b", {}, word), ` ${meaning}`));
  }
  const tip = document.getElementById(id) as HTMLElement;
  const result = button(
    text,
    { class: "term", "data-term": name, "aria-describedby": id, popovertarget: id },
    () => undefined,
  );
  const place = (): void => {
    const { left, top, bottom } = result.getBoundingClientRect();
    tip.style.left = `${Math.max(GAP, Math.min(left, innerWidth - tip.offsetWidth - GAP))}px`;
    const below = bottom + GAP + tip.offsetHeight <= innerHeight;
    tip.style.top = `${below ? bottom + GAP : Math.max(GAP, top - GAP - tip.offsetHeight)}px`;
  };
  result.addEventListener("click", () => setTimeout(() => attempt(place)));
  result.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !attempt(() => tip.matches(":popover-open"))) return;
    event.preventDefault(); // else the last choice on the page would be undone as well
    attempt(() => tip.hidePopover());
  });
  return result;
}
