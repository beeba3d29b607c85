// System, light or dark. The choice belongs to the browser, so it is stored there and not in the address.
import type { Theme } from "../selection/state.ts";
import { say } from "../text/language.ts";
import { attempt } from "./attempt.ts";

const KEY = "digit-classifier:theme";
const THEMES: readonly Theme[] = ["system", "light", "dark"];
const listeners = new Set<() => void>();

export function currentTheme(): Theme {
  return (document.documentElement.dataset.theme as Theme | undefined) ?? "system";
}

export const nameOfTheme = (theme: Theme): string =>
  theme === "light" ? say("theme.light") : theme === "dark" ? say("theme.dark") : say("theme.system");

export function startTheme(): void {
  const stored = attempt(() => localStorage.getItem(KEY)); // where storage is off, every visit starts with the system's
  apply(THEMES.find((theme) => theme === stored) ?? "system");
  for (const query of ["(prefers-color-scheme: dark)", "print"])
    attempt(() => matchMedia(query).addEventListener("change", notify));
}

export function nextTheme(): Theme {
  const next = THEMES[(THEMES.indexOf(currentTheme()) + 1) % THEMES.length] ?? "system";
  apply(next);
  attempt(() => localStorage.setItem(KEY, next));
  notify();
  return next;
}

function apply(theme: Theme): void {
  document.documentElement.dataset.theme = theme;
}

/** Calls back when colours change: what is painted on a canvas does not follow style sheets. */
export function onThemeChange(listener: () => void, signal: AbortSignal): void {
  listeners.add(listener);
  signal.addEventListener("abort", () => listeners.delete(listener));
}

function notify(): void {
  palettes.clear();
  for (const listener of [...listeners]) listener();
}

export type Rgb = [number, number, number];
const palettes = new Map<string, Rgb[]>();

/** Colours of custom properties as the current theme has them. */
export function palette(...names: string[]): Rgb[] {
  const key = names.join();
  let found = palettes.get(key);
  if (!found) {
    const probe = document.createElement("i");
    probe.style.setProperty("forced-color-adjust", "none"); // pixels keep their colours in high contrast
    document.body.append(probe);
    found = names.map((name) => {
      probe.style.color = `var(${name})`;
      const parts =
        getComputedStyle(probe)
          .color.match(/[\d.]+/g)
          ?.map(Number) ?? [];
      return [parts[0] ?? 0, parts[1] ?? 0, parts[2] ?? 0];
    });
    probe.remove();
    palettes.set(key, found);
  }
  return found;
}
