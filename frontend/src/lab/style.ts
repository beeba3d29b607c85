// The style of the laboratory comes with its script: what is not in the first view is not in dashboard.css.
import css from "./laboratory.css";
import { attempt } from "./tools.ts";

let added = false;

export function addStyle(): void {
  if (added) return;
  added = true;
  attempt(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  });
}
