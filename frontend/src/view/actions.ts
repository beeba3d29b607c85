// Save, copy, announce.
import { type Child, el } from "./dom.ts";

export function save(name: string, content: Blob): void {
  const link = document.createElement("a");
  link.download = name;
  link.href = URL.createObjectURL(content);
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** Copies text and says so on the button for a moment. */
export async function copyFrom(button: HTMLButtonElement, text: string): Promise<boolean> {
  const done = await navigator.clipboard?.writeText(text).then(
    () => true,
    () => false,
  );
  announce(done ? "Copied" : "The browser did not allow copying; select the text instead");
  if (!done) return false;
  button.classList.add("done");
  setTimeout(() => button.classList.remove("done"), 1500);
  return true;
}

/** Words over the page that go by themselves. */
export function toast(...content: Child[]): void {
  const box = el("p", { class: "toast" }, ...content);
  document.getElementById("toasts")?.replaceChildren(box);
  announce(box.textContent ?? "");
  setTimeout(() => box.remove(), 8000 + 60 * (box.textContent ?? "").length);
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

export const calm = (): boolean => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** Lets the browser paint and answer between two pieces of work. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}
