// The style of what is not in the first view comes with its script, and is not in dashboard.css.
import { attempt } from "./tools.ts";

const added = new Set<string>();

export function adopt(css: string): void {
  if (added.has(css)) return;
  added.add(css);
  attempt(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  });
}
