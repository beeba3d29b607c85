// The picture that a person drew over the selected sample. It belongs to the visit, so no address holds it.

export interface Edited {
  readonly values: readonly number[] | null; // null: as it was recorded
  set(values: readonly number[] | null): void;
  watch(update: () => void, scope: Scope): void;
}

/** What `watch` needs of an AbortSignal. */
interface Scope {
  addEventListener(type: "abort", listener: () => void): void;
}

export function createEdited(): Edited {
  let values: readonly number[] | null = null;
  const listeners = new Set<() => void>();
  return {
    get values() {
      return values;
    },
    set(next) {
      if (next === null && values === null) return;
      values = next && [...next];
      for (const listener of [...listeners]) listener();
    },
    watch(update, scope) {
      listeners.add(update);
      scope.addEventListener("abort", () => listeners.delete(update));
    },
  };
}
