// The choice of the page's language, and what stands in its HTML in that language.
import type { Source } from "../bundle/source.ts";
import { learn, wantedLanguage, withLanguage } from "../text/choice.ts";
import { LANGUAGES, language, say } from "../text/language.ts";
import { el } from "./dom.ts";

let lacking: string | null = null; // the file of words that the page wanted and could not read

/** Resolves when the page can speak: at once in English, else when the words are there; an exported page `has` its own. */
export async function spoken(source: Source, has: string | null): Promise<void> {
  const wanted = has === null ? wantedLanguage(location.search, navigator.languages) : wantedLanguage("", [has]);
  if (wanted !== "en")
    await learn(source, wanted).catch(() => {
      lacking = `words/${wanted}.json`; // without it the page stays English
    });
}

/** What to say where it did. */
export const unspoken = (): string | null => lacking && say("language.lacking", { file: lacking });

/** A small menu, where there is a choice; what is chosen goes into the address, which has the whole view. */
export function languageMenu(): HTMLElement[] {
  const options = Object.entries(LANGUAGES).map(([value, name]) =>
    el("option", { value, lang: value, selected: value === language() }, `${value}\u2003${name}`),
  );
  const menu = el("select", { class: "language", "aria-label": say("language"), translate: "no" }, ...options);
  menu.addEventListener("change", () => {
    location.search = withLanguage(location.search, menu.value);
  });
  return options.length > 1 ? [menu] : [];
}

/** Puts sentences in the place of those that the HTML has in English. */
export function inLanguage(texts: Readonly<Record<"skip" | "nav" | "foot", string>>): void {
  document.documentElement.lang = language();
  const [skip, nav, foot] = [".skip", "#nav", ".foot p"].map((name) => document.querySelector(name));
  if (skip) skip.textContent = texts.skip;
  nav?.setAttribute("aria-label", texts.nav);
  if (foot) foot.textContent = texts.foot;
}

/** An address of this page or of the one beside it, in the language that was chosen. */
export function sameLanguage(address: string): string {
  return /[?&]lang=/.test(location.search) ? `${address}&lang=${language()}` : address;
}
