// Cells of tables that are taken elsewhere.

/** Text as a spreadsheet shows it: what it would run as a formula is text, and a number stays one. */
function inert(text: string): string {
  return /^[=+\-@\t\r]/.test(text) && !Number.isFinite(Number(text.replace(",", "."))) ? `'${text}` : text;
}

/** A cell of CSV, quoted where it must be. */
export function csvCell(text: string): string {
  const safe = inert(text);
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** A cell of tab-separated values, which know no quotes. */
export const tsvCell = (text: string): string => inert(text.replace(/[\t\n\r]+/g, " "));
