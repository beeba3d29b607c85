// The networks that can be asked: the stored one, and the one trained here once there is one.
import type { Network } from "../bundle/run.ts";
import type { App } from "../panels/app.ts";
import { el, replace, say, select } from "./tools.ts";

export interface Readers {
  /** Null where the run has no network to ask. */
  network(): Network | null;
  /** The choice, for a panel; hidden while there is only one. */
  element(): HTMLElement;
  /** The network that was just trained, or that came with a link. */
  add(network: Network, name: string): void;
  watch(listener: () => void): void;
}

export function readers(app: App): Readers {
  const stored = app.run.network.state === "ok" ? app.run.network.value : null;
  let trained: Network | null = null;
  let [chosen, name] = ["stored", ""];
  const listeners: (() => void)[] = [];
  const boxes: HTMLElement[] = [];
  const changed = (): void => {
    for (const box of boxes) fill(box);
    for (const listener of listeners) listener();
  };
  const fill = (box: HTMLElement): void => {
    box.hidden = trained === null;
    const options = [["stored", say("readers.stored")] as const, ["trained", name] as const];
    replace(
      box,
      select(say("readers"), options, chosen, (value) => {
        chosen = value;
        changed();
      }),
    );
  };
  return {
    network: () => (chosen === "trained" ? (trained ?? stored) : stored),
    element() {
      const box = el("div", { class: "controls" });
      boxes.push(box);
      fill(box);
      return box;
    },
    add(network, called) {
      trained = network;
      name = called;
      changed();
    },
    watch(listener) {
      listeners.push(listener);
    },
  };
}
