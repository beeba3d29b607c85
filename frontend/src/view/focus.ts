// Where the focus is, in a form that finds it again after the page, or a part of it, was drawn anew.
import { attempt } from "./attempt.ts";

export interface Target {
  path: number[]; // positions among siblings, from the body down
  name: string;
}

const FOCUSABLE = "a, button, input, select, summary, textarea, [tabindex]";

export const inFocus = (): Element | null => attempt(() => document.activeElement) ?? null;

export function focused(): Target | null {
  const element = inFocus();
  return element && element !== document.body ? { path: pathTo(element, document.body), name: nameOf(element) } : null;
}

/** The element at the same place with the same name, or else one of that name, or else what stands at that place. */
export function find({ path, name }: Target): HTMLElement | null {
  const at = elementAt(document.body, path);
  const isIt = (each: Element): boolean => nameOf(each) === name;
  const found = at && isIt(at) ? at : ([...document.querySelectorAll(FOCUSABLE)].find(isIt) ?? at);
  return found instanceof HTMLElement ? found : null;
}

/**
 * Draws a part of the page anew. What had the focus in it hands that to what then stands in its order, or as far from the
 * end where there are more or fewer; one that can no longer be used, to its neighbour.
 */
export function keepFocus(part: Element, draw: () => void): void {
  const stops = (): HTMLElement[] => [...part.querySelectorAll<HTMLElement>(FOCUSABLE)];
  const before = part.contains(inFocus()) ? stops() : [];
  const at = before.indexOf(inFocus() as HTMLElement);
  draw();
  if (at < 0) return;
  const now = stops();
  const stop = now.at(now.length === before.length ? at : at - before.length);
  const next = stop?.matches(":disabled") ? stop.parentElement?.querySelector<HTMLElement>(":enabled") : stop;
  next?.focus({ preventScroll: true });
}

function pathTo(element: Element, from: Element): number[] {
  const path: number[] = [];
  for (let each = element; each !== from && each.parentElement; each = each.parentElement)
    path.unshift([...each.parentElement.children].indexOf(each));
  return path;
}

function elementAt(from: Element, path: readonly number[]): Element | undefined {
  let at: Element | undefined = from;
  for (const position of path) at = at?.children[position];
  return at;
}

function nameOf(element: Element): string {
  return `${element.tagName} ${element.ariaLabel ?? element.getAttribute("aria-label") ?? element.textContent?.slice(0, 80)}`;
}

/** A target from the browser's history, which other pages of this origin can write to. */
export function isTarget(value: unknown): value is Target {
  const { path, name } = (value ?? {}) as Partial<Target>;
  return Array.isArray(path) && path.every(Number.isInteger) && typeof name === "string";
}
