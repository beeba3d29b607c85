// The only way this page makes elements. Text is always text; nothing here parses markup, and no attribute can run.
import { keepFocus } from "./focus.ts";

export type Child = Node | string | null | false | undefined;
type Value = string | number | boolean | null | undefined;
export type Attributes = Record<string, Value>;

const FORBIDDEN = /^(on|src|href|style|srcdoc|action|formaction)/i; // set as properties where needed, from constants

export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  return fill(document.createElement(tag), attributes, children);
}

export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): SVGElementTagNameMap[K] {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function fill<E extends Element>(element: E, attributes: Attributes, children: Child[]): E {
  for (const [name, value] of Object.entries(attributes)) set(element, name, value);
  append(element, children);
  return element;
}

export function set(element: Element, name: string, value: Value): void {
  if (FORBIDDEN.test(name)) throw new Error(`attribute ${name} is not set from values`);
  if (value === null || value === undefined || value === false) element.removeAttribute(name);
  else element.setAttribute(name, value === true ? "" : String(value));
}

export function append(parent: Element, children: readonly Child[]): void {
  for (const child of children) if (child !== null && child !== undefined && child !== false) parent.append(child);
}

export function replace(parent: Element, ...children: Child[]): void {
  keepFocus(parent, () => {
    parent.replaceChildren();
    append(parent, children);
  });
}

export function button(label: Child, attributes: Attributes, action: (event: MouseEvent) => void): HTMLButtonElement {
  const result = el("button", { type: "button", ...attributes }, label);
  result.addEventListener("click", action);
  return result;
}

/** An icon from strokes on a 16 × 16 grid; it is decoration, the name stands beside it or in a label. */
export function icon(path: string): SVGSVGElement {
  return svg("svg", { viewBox: "0 0 16 16", class: "icon", "aria-hidden": "true" }, svg("path", { d: path }));
}

export const ICONS = {
  down: "M4 6.5 8 10.5 12 6.5",
  close: "M4.5 4.5l7 7m0-7-7 7",
  play: "M5.5 3.5v9l7-4.5z",
  pause: "M5.5 3.5v9M10.5 3.5v9",
  check: "M3.5 8.5l3 3 6-7",
  link: "M6.5 9.5a2.5 2.5 0 0 0 3.6.2l2-2a2.5 2.5 0 0 0-3.6-3.6l-.8.8M9.5 6.5a2.5 2.5 0 0 0-3.6-.2l-2 2a2.5 2.5 0 0 0 3.6 3.6l.8-.8",
  theme: "M8 2.5a5.5 5.5 0 1 0 0 11zM8 2.5a5.5 5.5 0 0 1 0 11",
  copy: "M5.5 5.5h7v7h-7zM3.5 10.5v-7h7",
  download: "M8 2.5v7.5m-3-3 3 3 3-3M3 13.5h10",
  shuffle: "M2.5 4.5h2.5l6 7h2.5m-2-2 2 2-2 2M2.5 11.5H5l1.7-2M9.3 6.5l1.7-2h2.5m-2-2 2 2-2 2",
  back: "M10 3.5 5.5 8l4.5 4.5",
  next: "M6 3.5 10.5 8 6 12.5",
};

/** One control of several exclusive choices. */
export function segmented<T extends string>(
  label: string,
  options: readonly { value: T; text: string; hint?: string }[],
  current: T,
  choose: (value: T) => void,
): { element: HTMLElement; show(value: T): void } {
  const buttons = options.map(({ value, text, hint }) =>
    button(text, { "data-value": value, title: hint }, () => choose(value)),
  );
  const show = (value: T): void =>
    buttons.forEach((each) => set(each, "aria-pressed", String(each.dataset.value === value)));
  show(current);
  return { element: el("div", { class: "segmented", role: "group", "aria-label": label }, ...buttons), show };
}

export function select<T extends string>(
  label: string,
  options: readonly (readonly [T, string])[],
  current: T,
  choose: (value: T) => void,
): HTMLLabelElement {
  const input = el(
    "select",
    {},
    ...options.map(([value, text]) => el("option", { value, selected: value === current }, text)),
  );
  input.addEventListener("change", () => choose(input.value as T));
  return el("label", { class: "field" }, el("span", {}, label), input);
}

/** A sentence with elements in it: each stands where the sentence has its name between bars, as in "more than |run|". */
export function woven(text: string, parts: Readonly<Record<string, Child>>): Child[] {
  return text.split("|").map((part, i) => (i % 2 ? parts[part] : part));
}
