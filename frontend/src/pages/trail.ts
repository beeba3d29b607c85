// The way back: deliberate acts are entries of the browser's history, everything else renews the address of the last.
// Views never wait for any of it: frames refuse it, and browsers limit how often it may be asked for.
import { attempt } from "../view/attempt.ts";
import { find, focused, isTarget, type Target } from "../view/focus.ts";

const CALLS = 80; // in any 30 seconds; Safari stops a page at 100, Chromium and Firefox at 200 in 10 seconds
const SPAN = 30_000;
const PAUSE = 400; // milliseconds between two addresses while something moves, and until a scroll has ended
const HIDDEN = 100; // acts to come back from where the browser keeps none

interface Place {
  scroll: number | null; // pixels from the top
  focus: Target | null;
}
interface Stop<V> extends Place {
  view: V;
}
/** What an entry of the browser's history holds, so that it survives a reload. */
interface Entry extends Place {
  entry: number;
  depth: number; // acts since the page was opened
}

export interface Trail {
  /** Something changes now; call it before it shows. The address follows when everything else is done. */
  note(act: boolean): void;
  /** Changes that are nobody's act. */
  quietly(change: () => void): void;
  /** Undoes the last act. False where there is none. */
  back(): boolean;
  /** Scrolls to where a reloaded page was. False where it was nowhere. */
  resume(): boolean;
}

export interface Views<V> {
  /** What is shown now. */
  view(): V;
  /** Its address, relative to this page; null where it has none. */
  address(view: V): string | null;
  /** Shows it again; null: what the address says. */
  restore(view: V | null): Promise<void>;
}

export function trail<V>({ view, address, restore }: Views<V>): Trail {
  const reloaded = entryIn(attempt(() => history.state as unknown));
  const stops = new Map<number, Stop<V>>(); // by entry
  const hidden: Stop<V>[] = []; // before acts that the browser took no entry for
  let here = reloaded ?? entryAt(0);
  let current = view();
  let pending: { leaving: Stop<V>; act: boolean } | null = null;
  let quiet = false;
  let turn = 0;
  let calls: number[] = [];
  let written = 0;
  let later: ReturnType<typeof setTimeout> | undefined;

  const stop = (): Stop<V> => ({ view: current, ...placeNow() });

  function write(method: "pushState" | "replaceState", entry: Entry, shown: V): boolean {
    if (!/^(https?|file):$/.test(location.protocol)) return false; // text, a blob or data: no address to change
    const now = Date.now();
    calls = calls.filter((call) => now - call < SPAN);
    if (calls.length >= CALLS) return false;
    calls.push(now);
    const done = attempt(() => {
      history[method](entry, "", address(shown));
      return entryIn(history.state)?.entry === entry.entry; // Chromium drops what is too much without a word
    });
    return done ?? false;
  }

  function renew(): void {
    later = undefined;
    written = Date.now();
    if (!write("replaceState", here, current) && calls.length >= CALLS) later = setTimeout(renew, 5 * PAUSE);
  }

  function soon(): void {
    if (later !== undefined) return;
    const wait = written + PAUSE - Date.now();
    if (wait <= 0) renew();
    else later = setTimeout(renew, wait);
  }

  function settle(): void {
    if (!pending) return;
    const { leaving, act } = pending;
    pending = null;
    current = view();
    if (!act) {
      soon();
      return;
    }
    const { scroll, focus } = leaving;
    const next = entryAt(here.depth + 1);
    const left = { ...here, scroll, focus };
    if (!hidden.length && write("replaceState", left, leaving.view) && write("pushState", next, current)) {
      clearTimeout(later);
      later = undefined;
      stops.set(here.entry, leaving);
      here = next;
    } else {
      hidden.push(leaving);
      if (hidden.length > HIDDEN) hidden.shift();
      soon();
    }
  }

  function quietly(change: () => void): void {
    quiet = true;
    try {
      change();
    } finally {
      quiet = false;
    }
  }

  async function go(shown: V | null, place: Place): Promise<void> {
    const mine = ++turn;
    let drawn = Promise.resolve();
    quietly(() => {
      drawn = restore(shown);
    });
    current = view();
    await drawn;
    if (mine !== turn) return;
    current = view();
    attempt(() => place.focus && find(place.focus)?.focus({ preventScroll: true }));
    scrollBack(place);
  }

  addEventListener("popstate", (event) => {
    clearTimeout(later);
    later = undefined;
    stops.set(here.entry, stop());
    hidden.length = 0;
    const entry = entryIn(event.state);
    if (entry) {
      here = entry;
      const known = stops.get(entry.entry);
      void go(known?.view ?? null, known ?? entry);
    } else {
      here = entryAt(here.depth + 1); // a link inside the page, such as the one to its main part
      attempt(() => history.replaceState(here, ""));
    }
  });
  let scrolled: ReturnType<typeof setTimeout> | undefined;
  const keepPlace = (): void => {
    if (later === undefined && calls.length < CALLS / 2) write("replaceState", { ...here, ...placeNow() }, current);
  };
  addEventListener(
    "scroll",
    () => {
      clearTimeout(scrolled);
      scrolled = setTimeout(keepPlace, PAUSE); // while the page goes away it would be too late
    },
    { passive: true },
  );
  attempt(() => {
    history.scrollRestoration = "manual"; // the browser's own comes before the views are there
    reloaded ?? history.replaceState(here, ""); // so that the way back knows where it ends
  });

  return {
    note(act) {
      if (quiet) return;
      if (pending) pending.act ||= act;
      else {
        pending = { leaving: stop(), act };
        queueMicrotask(settle);
      }
    },
    quietly,
    back() {
      const last = hidden.pop();
      if (last) void go(last.view, last).then(soon);
      else if (here.depth > 0) attempt(() => history.back());
      return Boolean(last) || here.depth > 0;
    },
    resume: () => reloaded !== null && scrollBack(reloaded),
  };
}

function placeNow(): Place {
  return { scroll: scrollY, focus: focused() };
}

/** Also once the frame is drawn: Chromium adds what a smooth scroll still had on its way. */
function scrollBack({ scroll }: Place): boolean {
  if (scroll === null) return false;
  const go = (): void => void attempt(() => scrollTo({ top: scroll, behavior: "instant" }));
  go();
  requestAnimationFrame(() => {
    go();
    requestAnimationFrame(go);
  });
  return true;
}

function entryAt(depth: number): Entry {
  return { entry: Math.random(), depth, scroll: null, focus: null };
}

/** Ours, or null: other pages of this origin write entries too. */
function entryIn(state: unknown): Entry | null {
  const { entry, depth, scroll, focus } = (state ?? {}) as Partial<Entry>;
  if (typeof entry !== "number" || typeof depth !== "number") return null;
  return { entry, depth, scroll: typeof scroll === "number" ? scroll : null, focus: isTarget(focus) ? focus : null };
}

/** Escape undoes the last act, unless something is being typed. */
export function undoOnEscape(back: () => boolean): void {
  addEventListener("keydown", (event) => {
    const typing = event.target instanceof Element && event.target.closest("input:not([type=range]), select, textarea");
    if (event.key === "Escape" && !event.defaultPrevented && !typing && back()) event.preventDefault();
  });
}
