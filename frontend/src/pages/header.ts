// The bar at the top: the selector of runs, links to the sections, a link to this view, the theme.
import type { Run } from "../bundle/run.ts";
import type { Selector } from "../panels/selector.ts";
import type { Theme } from "../selection/state.ts";
import { exportCommand, NOWHERE } from "../text/commands.ts";
import { say } from "../text/language.ts";
import { copyFrom, notify } from "../view/actions.ts";
import { button, type Child, el, ICONS, icon } from "../view/dom.ts";
import { inLanguage, languageMenu } from "../view/languages.ts";
import { currentTheme, nameOfTheme, nextTheme } from "../view/theme.ts";
import { SECTIONS } from "./layout.ts";

interface Shown {
  run: Run | null;
  compared: string | null;
  exported: boolean;
  opened: boolean; // a folder, by hand
}

/** A link to a file is for this computer only, and an opened folder has none; what can be sent is a file. */
function whereItWorks({ run, compared, exported, opened }: Shown): Child[] {
  if (exported && !opened) return [say("link.file")];
  if (!run) return [say("link.here")];
  const command = exportCommand(run.directory, compared, opened ? NOWHERE : location);
  return [`${opened ? say("link.none") : say("link.send")} `, el("code", { translate: "no" }, command)];
}

export function fillHeader(
  selector: Selector,
  picker: HTMLInputElement,
  goTo: (section: string) => void,
  shown: () => Shown,
): void {
  inLanguage({
    skip: say("page.skip"),
    nav: say("page.sections"),
    foot: say("page.foot"),
  });
  const links = SECTIONS.map(({ id, words }) => {
    const link = el("a", { class: "nav-link" }, words().nav);
    link.href = `#${id}`;
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return; // into another tab
      event.preventDefault(); // in a frame made of text, the browser would load what stands around it
      goTo(id);
    });
    return link;
  });
  const name = say("link.copy");
  const share = button(icon(ICONS.link), { class: "square", "aria-label": name, title: name }, () => {
    if (shown().opened) notify(...whereItWorks(shown()));
    else void copyFrom(share, location.href, ...(location.protocol === "file:" ? whereItWorks(shown()) : []));
  });
  const theme = button(icon(ICONS.theme), { class: "square" }, () => nameTheme(nextTheme()));
  const nameTheme = (chosen: Theme): void => {
    theme.title = nameOfTheme(chosen);
    theme.setAttribute("aria-label", theme.title);
  };
  nameTheme(currentTheme());
  document.getElementById("selector")?.replaceChildren(selector.element, picker);
  document.getElementById("nav")?.replaceChildren(...links);
  document.getElementById("tools")?.replaceChildren(...(shown().exported ? [] : languageMenu()), share, theme);
}
