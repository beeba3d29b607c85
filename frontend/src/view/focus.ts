// Where the focus is, in a form that finds it again after the page was drawn anew.

export interface Target {
  path: number[]; // positions among siblings, from the body down
  name: string;
}

const FOCUSABLE = "a, button, input, select, summary, textarea, [tabindex]";

export function focused(): Target | null {
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  const path: number[] = [];
  for (let each = element; each !== document.body && each.parentElement; each = each.parentElement)
    path.unshift([...each.parentElement.children].indexOf(each));
  return { path, name: nameOf(element) };
}

/** The element at the same place with the same name, or else one of that name. */
export function find({ path, name }: Target): HTMLElement | null {
  let at: Element | undefined = document.body;
  for (const position of path) at = at?.children[position];
  const found =
    at && nameOf(at) === name ? at : [...document.querySelectorAll(FOCUSABLE)].find((each) => nameOf(each) === name);
  return found instanceof HTMLElement ? found : null;
}

function nameOf(element: Element): string {
  return `${element.tagName} ${element.ariaLabel ?? element.getAttribute("aria-label") ?? element.textContent?.slice(0, 80)}`;
}

/** A target from the browser's history, which other pages of this origin can write to. */
export function isTarget(value: unknown): value is Target {
  const { path, name } = (value ?? {}) as Partial<Target>;
  return Array.isArray(path) && path.every(Number.isInteger) && typeof name === "string";
}
