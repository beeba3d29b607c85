// The picture that a person drew over the selected sample. It belongs to the visit, so no address holds it.

export interface Edited {
  readonly pixels: readonly number[] | null; // null: as it was recorded
  set(pixels: readonly number[] | null): void;
  watch(update: () => void, scope: Scope): void;
}

/** What `watch` needs of an AbortSignal. */
interface Scope {
  addEventListener(type: "abort", listener: () => void): void;
}

export function createEdited(): Edited {
  let pixels: readonly number[] | null = null;
  const listeners = new Set<() => void>();
  return {
    get pixels() {
      return pixels;
    },
    set(next) {
      if (next === null && pixels === null) return;
      pixels = next && [...next];
      for (const listener of [...listeners]) listener();
    },
    watch(update, scope) {
      listeners.add(update);
      scope.addEventListener("abort", () => listeners.delete(update));
    },
  };
}
