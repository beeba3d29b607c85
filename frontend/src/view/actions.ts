// Save, copy, say, and move over the page.
import { say } from "../text/language.ts";
import { attempt } from "./attempt.ts";
import { button, type Child, el } from "./dom.ts";

export function save(name: string, content: Blob): void {
  const address = attempt(() => URL.createObjectURL(content));
  if (address === undefined) {
    notify(say("save.refused", { name }));
    return;
  }
  const link = document.createElement("a");
  link.download = name;
  link.href = address;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** Copies text and says so on the button for a moment; where that is refused, shows the text to copy by hand. */
export async function copyFrom(button: HTMLButtonElement, text: string, ...remark: Child[]): Promise<void> {
  if (!(await copied(text))) return offer(text, remark);
  if (remark.length) notify(`${say("copied")}. `, ...remark);
  else announce(say("copied"));
  button.classList.add("done");
  setTimeout(() => button.classList.remove("done"), 1500);
}

async function copied(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false; // refused, or there is no clipboard at all: a frame, or plain http
  }
}

/** Says something for a few seconds, longer if it is long. */
export function notify(...content: Child[]): void {
  const toast = el("p", { class: "toast" }, ...content);
  document.getElementById("toasts")?.replaceChildren(toast);
  const text = toast.textContent ?? "";
  announce(text);
  setTimeout(() => toast.remove(), 8000 + 60 * text.length);
}

function offer(text: string, remark: Child[]): void {
  const words = say("copy.refused");
  const field = el("textarea", { readonly: true, rows: 3, "aria-label": say("copy.text") }, text);
  const toast = el("div", { class: "toast" }, el("p", {}, words), field, remark.length > 0 && el("p", {}, ...remark));
  toast.append(button(say("tray.close"), {}, () => toast.remove()));
  document.getElementById("toasts")?.replaceChildren(toast);
  announce(words);
  attempt(() => {
    field.focus();
    field.select();
  });
}

let pending: ReturnType<typeof setTimeout> | undefined;

/** One polite status line for screen readers; the last message wins. */
export function announce(text: string): void {
  clearTimeout(pending);
  pending = setTimeout(() => {
    const status = document.getElementById("status");
    if (status) status.textContent = text;
  }, 250);
}

export const calm = (): boolean => attempt(() => matchMedia("(prefers-reduced-motion: reduce)").matches) ?? true;

/** Brings a part of the page into view and gives the focus to it, or to something in it. */
export function reveal(part: HTMLElement | null, focused: HTMLElement | null): void {
  part?.querySelector<HTMLElement>(".fold[aria-expanded=false]")?.click();
  attempt(() => part?.scrollIntoView({ behavior: calm() ? "auto" : "smooth", block: "start" }));
  attempt(() => focused?.focus({ preventScroll: true }));
}

/** Lets the browser paint and answer between two pieces of work. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}
