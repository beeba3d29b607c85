// The one linked selection: what every panel shows, and all that an address can say.

export type Theme = "system" | "light" | "dark";
export const SPLITS = ["all", "training", "holdout"] as const;
export const OUTCOMES = ["all", "right", "wrong", "fixed", "broken"] as const; // the last two need a compared run
export const ORDERS = ["number", "class", "doubt", "learned", "shuffled"] as const;
export const CELLS = ["count", "share"] as const;
export const MEASURES = ["loss", "accuracy"] as const;
export const SCALES = ["linear", "log"] as const;

export interface Selection {
  compared: string | null; // run id
  truth: number[]; // class indices, ascending; none = all
  predicted: number | null;
  split: (typeof SPLITS)[number];
  outcome: (typeof OUTCOMES)[number];
  confidence: [number, number]; // percent, both ends included
  among: number[]; // sample ids, ascending; none = all
  order: (typeof ORDERS)[number];
  seed: number;
  sample: number | null; // sample id
  epoch: number | null; // null = the final one
  cells: (typeof CELLS)[number];
  diagonal: boolean; // shown in the confusion matrix
  measure: (typeof MEASURES)[number];
  scale: (typeof SCALES)[number];
}

export const INITIAL: Readonly<Selection> = Object.freeze({
  compared: null,
  truth: [],
  predicted: null,
  split: "all",
  outcome: "all",
  confidence: [0, 100] as [number, number],
  among: [],
  order: "number",
  seed: 1,
  sample: null,
  epoch: null,
  cells: "count",
  diagonal: true,
  measure: "loss",
  scale: "log",
});

/** What is changed by a deliberate act, which the browser's Back undoes; the rest is scrubbed, typed or a matter of taste. */
export const ACTS = ["compared", "truth", "predicted", "split", "outcome", "among", "sample"] as const;
/** The part of the selection that decides which samples are shown. */
export const FILTERS = ["truth", "predicted", "split", "outcome", "confidence", "among"] as const;

export type Listener = (selection: Selection, changed: ReadonlySet<keyof Selection>) => void;

export interface Store {
  readonly selection: Selection;
  set(patch: Partial<Selection>): void;
  /** Returns the function that ends the subscription. */
  subscribe(listener: Listener): () => void;
}

export function createStore(initial: Selection): Store {
  let selection = initial;
  const listeners = new Set<Listener>();
  return {
    get selection() {
      return selection;
    },
    set(patch) {
      const next = { ...selection, ...patch };
      const changed = new Set(
        (Object.keys(patch) as (keyof Selection)[]).filter((key) => !same(next[key], selection[key])),
      );
      if (!changed.size) return;
      selection = next;
      const failed: unknown[] = [];
      for (const listener of [...listeners]) {
        try {
          listener(selection, changed);
        } catch (error) {
          failed.push(error); // one view that fails must not stop the others
        }
      }
      if (failed.length) throw failed[0];
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

export function same(a: unknown, b: unknown): boolean {
  return Array.isArray(a) && Array.isArray(b) ? a.length === b.length && a.every((item, i) => item === b[i]) : a === b;
}
