// Terms that a beginner meets: the first of each in a section is a button that says in one sentence what it means.
import type { App } from "../panels/app.ts";
import { attempt, button, el, say } from "./tools.ts";

interface Term {
  name: string; // of its key
  word: string; // in the texts
  found: RegExp;
  meaning: string;
}

/** Each is said as "hold-out: samples kept back …": what it is called in the texts, and what it means. */
const said = (): Readonly<Record<string, string>> => ({
  holdout: say("term.holdout"),
  heldout: say("term.heldout"),
  stratified: say("term.stratified"),
  epoch: say("term.epoch"),
  parameter: say("term.parameter"),
  weight: say("term.weight"),
  bias: say("term.bias"),
  unit: say("term.unit"),
  relu: say("term.relu"),
  softmax: say("term.softmax"),
  logloss: say("term.logloss"),
  accuracy: say("term.accuracy"),
  precision: say("term.precision"),
  recall: say("term.recall"),
  f1: say("term.f1"),
  macro: say("term.macro"),
  interval: say("term.interval"),
  calibration: say("term.calibration"),
  mcnemar: say("term.mcnemar"),
  rate: say("term.rate"),
  components: say("term.components"),
  digest: say("term.digest"),
  manifest: say("term.manifest"),
  augmentation: say("term.augmentation"),
});

const terms = (): Term[] =>
  Object.entries(said()).map(([name, text]) => {
    const word = text.slice(0, text.indexOf(":"));
    const letters = word.replace(/\s/g, "\\s"); // words are letters and spaces
    const whole = `(?<![\\p{L}\\p{N}-])${letters}(?:s|es|n|en|x)?(?![\\p{L}\\p{N}-])`; // with the endings of plurals
    const found = new RegExp(/\p{Script=Han}/u.test(word) ? letters : whole, "iu"); // Chinese has no gaps
    return { name, word, found, meaning: text.slice(word.length + 1).trimStart() };
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
    if (app.scope.aborted) return;
    const all = terms();
    for (const part of document.querySelectorAll<HTMLElement>("#opening, #main > section"))
      setTimeout(() => !app.scope.aborted && mark(part, all)); // by itself, so that the browser can answer in between
  });
  return null;
}

function mark(section: HTMLElement, all: readonly Term[]): void {
  const wanted = all.filter(({ name }) => !section.querySelector(`[data-term="${name}"]`));
  const walker = document.createTreeWalker(section, NodeFilter.SHOW_TEXT);
  const texts: Text[] = [];
  while (walker.nextNode()) texts.push(walker.currentNode as Text);
  for (let text of texts) {
    const { parentElement: parent } = text;
    if (!parent?.closest(TEXTS) || parent.closest(ELSEWHERE)) continue;
    for (let i = 0; i < wanted.length; i++) {
      const term = wanted[i] as Term;
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

function buttonOf({ name, word, meaning }: Term, text: string): HTMLButtonElement {
  const id = `term-${name}`;
  if (!document.getElementById(id)) {
    const place =
      document.getElementById("terms") ?? document.getElementById("main")?.appendChild(el("div", { id: "terms" }));
    const made = el("p", { id, popover: "auto", class: "meaning" }, el("b", {}, word), ` ${meaning}`);
    const close = (): void => void attempt(() => made.hidePopover()); // else it stays where its term no longer is
    made.addEventListener("toggle", () => addEventListener("scroll", close, { once: true, passive: true }));
    place?.append(made);
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
