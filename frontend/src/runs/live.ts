// A run that is trained in the laboratory, in the panels of the stored one: those on the screen show it while it is
// trained and afterwards, the others as soon as they are scrolled to. The stored run's own panels wait meanwhile.
import type { Panel } from "../below/door.ts";
import type { Run } from "../bundle/run.ts";
import type { App } from "../panels/app.ts";
import { compareRuns } from "./compare.ts";
import { announce, attempt, button, el, lastEpoch, makers, outcomes, samplesOf, say, shownOf } from "./tools.ts";

const FOCUSED = "button, input, select, textarea, [tabindex]";
const PLACES = "#opening > *, #data .panels > *, #insights .panels > *, #experiment .panels > *";

interface Seat {
  stored: HTMLElement[];
  now: HTMLElement[]; // what stands there
  of: App; // whose panels these are
  scope: AbortController; // of what stands there
}

/** A panel of its own it has none; a button in a bar leads back to the stored run. */
export function live(app: App): null {
  const seats = new Map<Panel, Seat>();
  const text = el("span");
  const bar = el(
    "div",
    { class: "live-bar" },
    text,
    button(say("live.back"), { "data-action": "stored" }, () => app.follow?.(null)),
  );
  let shown: App | null = null; // of the run that is followed
  let busy = false;
  let end = new AbortController(); // of the following

  app.follow = (run) => {
    if (app.scope.aborted) return;
    if (!run) {
      if (shown) back();
      return;
    }
    if (!shown) begin();
    shown = appOf(app, run);
    text.textContent = say("live.shown", { epoch: lastEpoch(run) });
    void update();
  };
  app.scope.addEventListener("abort", () => leave());

  function begin(): void {
    end = new AbortController();
    const options = { passive: true, signal: end.signal, capture: true };
    for (const event of ["scroll", "resize"]) addEventListener(event, () => void update(), options);
    document.getElementById("main")?.append(bar); // a landmark: what stands outside of one is not found
  }
  function leave(): void {
    end.abort();
    for (const { scope } of seats.values()) scope.abort();
    bar.remove();
    shown = null;
  }
  function back(): void {
    leave();
    for (const seat of seats.values()) put(seat, seat.stored);
    seats.clear();
    if (!app.compared?.right.size && ["fixed", "broken"].includes(app.store.selection.outcome))
      app.store.set({ outcome: "all" }); // of two runs, which are no more
    announce(say("live.ended"));
  }

  /** Brings what is on the screen up to date, one panel at a time, so that the browser can paint in between. */
  async function update(): Promise<void> {
    if (busy) return;
    busy = true;
    try {
      for (let next = stale(); next && shown; next = stale()) {
        const { make, seat } = next;
        const scope = new AbortController();
        const made = [make({ ...shown, scope: scope.signal }) ?? []].flat();
        if (!made.length) made.push(el("div", { hidden: true })); // it has no such panel, and not the stored run's
        for (const each of made) makers.set(each, make);
        seat.scope.abort();
        put(seat, made);
        seats.set(make, { ...seat, scope, of: shown });
        await new Promise((resolve) => setTimeout(resolve));
      }
    } finally {
      busy = false;
    }
  }

  /** A panel on the screen that shows another run, or an earlier epoch. */
  function stale(): { make: Panel; seat: Seat } | null {
    for (const element of document.querySelectorAll<HTMLElement>(PLACES)) {
      const make = makers.get(element);
      if (!make || (element.closest("#experiment") && make !== compareRuns)) continue;
      const { top, bottom } = element.getBoundingClientRect();
      if (bottom <= 0 || top >= innerHeight || seats.get(make)?.of === shown) continue;
      const all = [...(element.parentElement?.children ?? [])] as HTMLElement[];
      const now = all.filter((each) => makers.get(each) === make);
      return { make, seat: seats.get(make) ?? { stored: now, now, of: app, scope: new AbortController() } };
    }
    return null;
  }
  return null;
}

/** Others in the place of the panels that stand there, scrolled as they were and with the focus where it was. */
function put(seat: Seat, others: HTMLElement[]): void {
  const within = (from: HTMLElement[], what: string): HTMLElement[] =>
    from.flatMap((each) => [...each.querySelectorAll<HTMLElement>(what)]);
  const places = within(seat.now, "div").map((each) => each.scrollTop);
  const focus = within(seat.now, FOCUSED).indexOf(attempt(() => document.activeElement) as HTMLElement);
  const [first, ...rest] = seat.now;
  for (const each of rest) each.remove();
  first?.replaceWith(...others);
  within(others, "div").forEach((each, i) => {
    if (places[i]) each.scrollTop = places[i];
  });
  if (focus >= 0) within(others, FOCUSED)[focus]?.focus({ preventScroll: true });
  seat.now = others;
}

/** The same page with a made run on it, which is compared with the stored one. */
function appOf(app: App, run: Run): App {
  const samples = samplesOf(run);
  const right = outcomes(app.samples);
  const compared = { run: app.run, samples: app.samples, right };
  return { ...app, run, samples, shown: shownOf(run, samples, right), compared, uncompared: null };
}
