// How a setting is written.

/** A setting as it is typed on the command line. */
export function setting(value: unknown): string {
  if (value === null || (Array.isArray(value) && value.length === 0)) return "none";
  return Array.isArray(value) ? value.join(",") : String(value);
}
