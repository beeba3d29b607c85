// Runs the steps of a training in slices, so that the page stays alive: a slice, then a frame, then the next.

export interface Clock {
  readonly paused: boolean;
  pause(): void;
  /** Goes on; with `until`, as far as the first step for which it is true. */
  go(until?: () => boolean): void;
  stop(): void;
}

interface Work<R> {
  steps: Iterator<unknown, R>;
  /** Milliseconds of work between two frames. */
  slice(): number;
  /** After every slice, and when it pauses. */
  shown(): void;
  ended(result: R): void;
  failed(error: unknown): void;
}

const HIDDEN = 50; // milliseconds after which work goes on where no frame comes, as in a hidden tab

export function clock<R>({ steps, slice, shown, ended, failed }: Work<R>): Clock {
  let state: "running" | "paused" | "ended" = "paused";
  let until: (() => boolean) | undefined;
  let waiting = false;

  const work = (): void => {
    waiting = false;
    if (state !== "running") return;
    const end = performance.now() + slice();
    try {
      do {
        const { done, value } = steps.next();
        if (done) {
          state = "ended";
          ended(value);
          return;
        }
        if (until?.()) state = "paused";
      } while (state === "running" && performance.now() < end);
    } catch (error) {
      state = "ended";
      failed(error);
      return;
    }
    shown();
    wait();
  };
  const wait = (): void => {
    if (state !== "running" || waiting) return;
    waiting = true;
    afterFrame(work);
  };
  return {
    get paused() {
      return state === "paused";
    },
    pause() {
      if (state === "running") state = "paused";
    },
    go(next) {
      if (state === "ended") return;
      until = next;
      state = "running";
      wait();
    },
    stop() {
      state = "ended";
    },
  };
}

/** Once the browser has painted; or after a while where it paints nothing. */
function afterFrame(action: () => void): void {
  let left = true;
  const once = (): void => {
    if (!left) return;
    left = false;
    clearTimeout(timer);
    cancelAnimationFrame(frame);
    action();
  };
  const timer = setTimeout(once, HIDDEN);
  const frame = requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = once;
    port2.postMessage(null);
  });
}
