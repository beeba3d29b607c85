// The laboratory: one section that belongs to a run and stays as long as that is on the page.
import type { Network, Run } from "../bundle/run.ts";
import type { App } from "../panels/app.ts";
import { byHand } from "./byhand.ts";
import { drawing } from "./draw.ts";
import { type Link, parse } from "./link.ts";
import { mind } from "./mind.ts";
import { unpacked } from "./packed.ts";
import { type Readers, readers } from "./readers.ts";
import { type Retrain, retrain } from "./retrain.ts";
import { attempt, el, say, sizeOf } from "./tools.ts";

interface Laboratory {
  run: Run;
  app: App;
  elements: HTMLElement[];
  training: Retrain | null;
  asked: Readers;
  end: AbortController; // when another run takes its place
}

let open: Laboratory | null = null;

/** Panels of the laboratory; of the same run, the same ones again, whatever runs in them. */
export function laboratory(app: App): HTMLElement[] {
  if (open?.run === app.run) {
    open.app = app;
    return open.elements;
  }
  open?.training?.stop();
  open?.end.abort();
  const asked = readers(app);
  const now: Laboratory = { run: app.run, app, elements: [], training: null, asked, end: new AbortController() };
  open = now;
  const current = (): App => now.app;
  const pieces: (HTMLElement | null)[] = [];
  if (app.run.images.state === "ok" && !app.run.images.value.kept) {
    now.training = retrain(current, asked, mark);
    mark("ready");
    pieces.push(now.training.element);
  } else {
    mark("no-data");
    pieces.push(withoutData(app.run));
  }
  const drawn = app.run.network.state === "ok" ? drawing(current, asked, now.end.signal) : null;
  if (drawn) drawn.element.classList.replace("w12", "w7");
  pieces.push(drawn?.element ?? null, mind(current, asked, drawn), now.training && byHand(current));
  now.elements = pieces.filter((piece) => piece !== null);
  const arrive = (): boolean => open === now && follow(parse(location.hash), now, drawn);
  const signal = now.end.signal; // longer than the panels of the page
  addEventListener("hashchange", () => arrive() && attempt(() => document.getElementById("lab")?.scrollIntoView()), {
    signal,
  });
  arrive();
  return now.elements;
}

type State = "ready" | "running" | "paused" | "done-equal" | "done-different" | "diverged" | "no-data" | "other-data";

function mark(state: State): void {
  const section = document.getElementById("lab");
  if (section) section.dataset.state = state;
}

/** What a link asks for is put in place; nothing starts. False where there is none. */
function follow(
  link: Link,
  { run, training, elements, asked }: Laboratory,
  drawn: ReturnType<typeof drawing>,
): boolean {
  if (link.kind === "none") return false;
  const reason = reasonAgainst(link, run, training, drawn);
  const first = elements[0];
  first?.querySelector(".lab-link")?.remove();
  if (reason !== null) {
    const notice = el("p", { class: "notice warn lab-link" }, el("b", {}, say("lab.link")), ` ${reason}`);
    const head = first?.querySelector("header"); // where nothing can be trained, there is none
    if (head) head.after(notice);
    else first?.prepend(notice);
    return true;
  }
  if (link.kind === "recipe") training?.offer(link.settings, link.weights);
  if (link.kind === "drawing") drawn?.draw(link.strokes);
  if (link.kind === "pixels") drawn?.fill(link.values);
  const network = networkOf(link, run);
  if (network) asked.add(network, say("lab.link.network"));
  return true;
}

function reasonAgainst(
  link: Link,
  run: Run,
  training: Retrain | null,
  drawn: ReturnType<typeof drawing>,
): string | null {
  if (link.kind === "refused") return say("lab.link.refused", { reason: link.reason });
  if ((link.kind === "recipe" || link.kind === "weights") && !run.summary.dataset.sha256.startsWith(link.data)) {
    mark("other-data");
    return say("lab.link.data", { theirs: link.data, own: run.summary.dataset.sha256.slice(0, 16) });
  }
  if (link.kind === "recipe" && !training) return say("lab.link.train");
  if (link.kind === "weights" && !networkOf(link, run)) return say("lab.link.weights");
  if ((link.kind === "drawing" || link.kind === "pixels") && !drawn) return say("lab.link.draw");
  return null;
}

function networkOf(link: Link, run: Run): Network | null {
  const { class_names } = run.summary.dataset;
  return link.kind === "weights" ? unpacked(link.bytes, sizeOf(run.summary), class_names.length) : null;
}

function withoutData(run: Run): HTMLElement {
  const words = run.images.state === "ok" ? say("lab.part") : say("lab.without");
  const kind = run.images.state === "ok" ? "muted" : "absence"; // left out on purpose, or lost
  return el("div", { class: "card w12" }, el("p", { class: kind }, words));
}
