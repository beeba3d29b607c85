// The bar at the top: the selector of runs, links to the sections, a link to this view, the theme.
import type { Selector } from "../panels/selector.ts";
import { calm, copyFrom } from "../view/actions.ts";
import { button, ICONS, icon } from "../view/dom.ts";
import { currentTheme, nextTheme } from "../view/theme.ts";
import { SECTIONS } from "./layout.ts";

export function fillHeader(selector: Selector, picker: HTMLInputElement): void {
  const links = SECTIONS.map(({ id, nav }) =>
    button(nav, { class: "nav-link" }, () => {
      document.getElementById(id)?.scrollIntoView({ behavior: calm() ? "auto" : "smooth" });
      document.getElementById(`${id}-title`)?.focus({ preventScroll: true });
    }),
  );
  const name = "Copy a link to this view";
  const share = button(
    icon(ICONS.link),
    { class: "square", "aria-label": name, title: name },
    () => void copyFrom(share, location.href),
  );
  const theme = button(icon(ICONS.theme), { class: "square" }, () => nameTheme(nextTheme()));
  const nameTheme = (chosen: string): void => {
    theme.title = `Theme: ${chosen}`;
    theme.setAttribute("aria-label", `Theme: ${chosen}`);
  };
  nameTheme(currentTheme());
  document.getElementById("selector")?.append(selector.element, picker);
  document.getElementById("nav")?.append(...links);
  document.getElementById("tools")?.append(share, theme);
}
