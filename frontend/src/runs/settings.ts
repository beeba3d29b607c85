// How a setting is written.
import { say } from "./tools.ts";

/** A setting as it is typed on the command line. */
export function setting(value: unknown): string {
  if (value === null || (Array.isArray(value) && value.length === 0)) return "none";
  return Array.isArray(value) ? value.join(",") : String(value);
}

/** A setting of a run; what it has by default it need not have recorded. */
export function settingOf(settings: ReadonlyMap<string, unknown>, key: string): string {
  return settings.has(key) ? setting(settings.get(key)) : say("settings.unset");
}
