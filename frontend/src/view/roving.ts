// One tab stop for a grid; arrows move inside it.

export interface Roving {
  columns(): number;
  count(): number;
  /** Give focus to the item; it may have to be made first. */
  focus(item: number): void;
}

/** The item that a key leads to, or null when the key means nothing here. */
export function next(key: string, ctrl: boolean, item: number, { columns, count }: Roving): number | null {
  const wide = columns();
  const last = count() - 1;
  const row = Math.floor(item / wide);
  const target: Record<string, number> = {
    ArrowRight: item + 1,
    ArrowLeft: item - 1,
    ArrowDown: item + wide,
    ArrowUp: item - wide,
    Home: ctrl ? 0 : row * wide,
    End: ctrl ? last : Math.min(last, row * wide + wide - 1),
    PageDown: Math.min(last, item + wide * 5),
    PageUp: Math.max(0, item - wide * 5),
  };
  const found = Object.hasOwn(target, key) ? target[key] : undefined;
  if (found === undefined) return null;
  return found < 0 || found > last ? item : found;
}
