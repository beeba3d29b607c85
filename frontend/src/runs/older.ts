// The list of runs in the bar knows the newest ones: below it stands the button of the history that reads older ones.
import type { App } from "../panels/app.ts";
import { button, el } from "./tools.ts";

/** Hidden until there is something to read; the list looks again when it was. */
export function olderInSelector(app: App, read: () => Promise<void>): HTMLButtonElement {
  const panel = document.querySelector<HTMLElement>(".selector-panel");
  const list = panel?.querySelector<HTMLElement>(".run-list");
  const search = panel?.querySelector<HTMLInputElement>("input[type=search]");
  const more = button("", { class: "quiet" }, async () => {
    const at = list?.scrollTop ?? 0;
    await read();
    search?.dispatchEvent(new Event("input"));
    if (list) list.scrollTop = at;
    if (!panel?.hidden) (more.hidden ? search : more)?.focus();
  });
  const row = el("div", { class: "older-runs" }, more);
  list?.after(row);
  app.scope.addEventListener("abort", () => row.remove());
  return more;
}
