// The bar at the top: the selector of runs, links to the sections, a link to this view, the theme.
import type { Run } from "../bundle/run.ts";
import type { Selector } from "../panels/selector.ts";
import { exportCommand } from "../text/commands.ts";
import { copyFrom } from "../view/actions.ts";
import { button, type Child, el, ICONS, icon } from "../view/dom.ts";
import { currentTheme, nextTheme } from "../view/theme.ts";
import { SECTIONS } from "./layout.ts";

interface Shown {
  run: Run | null;
  compared: string | null;
  exported: boolean;
}

/** A link to a file is one for this computer only; what can be sent is a file. */
function whereItWorks({ run, compared, exported }: Shown): Child[] {
  if (exported) return ["The link works on this computer; to send it, send this file, too."];
  if (!run) return ["The link works on this computer."];
  return [
    "The link works on this computer; to send it: ",
    el("code", { translate: "no" }, exportCommand(run.directory, compared, location)),
  ];
}

export function fillHeader(
  selector: Selector,
  picker: HTMLInputElement,
  goTo: (section: string) => void,
  shown: () => Shown,
): void {
  const links = SECTIONS.map(({ id, nav }) => {
    const link = el("a", { class: "nav-link" }, nav);
    link.href = `#${id}`;
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return; // into another tab
      event.preventDefault(); // in a frame made of text, the browser would load what stands around it
      goTo(id);
    });
    return link;
  });
  const name = "Copy a link to this view";
  const share = button(icon(ICONS.link), { class: "square", "aria-label": name, title: name }, () => {
    void copyFrom(share, location.href, ...(location.protocol === "file:" ? whereItWorks(shown()) : []));
  });
  const theme = button(icon(ICONS.theme), { class: "square" }, () => nameTheme(nextTheme()));
  const nameTheme = (chosen: string): void => {
    theme.title = `Theme: ${chosen}`;
    theme.setAttribute("aria-label", `Theme: ${chosen}`);
  };
  nameTheme(currentTheme());
  document.getElementById("selector")?.replaceChildren(selector.element, picker);
  document.getElementById("nav")?.replaceChildren(...links);
  document.getElementById("tools")?.replaceChildren(share, theme);
}
