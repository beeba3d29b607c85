// What would change its mind: the fewest pixels that turn the answer, and which pixels the answer leans on.
import { type Flip, fewestPixels, saliency } from "../model/minds.ts";
import type { App } from "../panels/app.ts";
import { clock } from "./clock.ts";
import type { Drawing } from "./draw.ts";
import type { Readers } from "./readers.ts";
import {
  announce,
  argmax,
  button,
  certainty,
  currentSample,
  digit,
  divergingScale,
  el,
  imageOf,
  nameOf,
  panel,
  picture,
  probabilities,
  replace,
  say,
  segmented,
  small,
  terms,
} from "./tools.ts";

const FEW_LEVELS = 16; // all values of a pixel are tried up to here, else only the lowest and the highest
const MOST = 1024; // pixels
const SLICE = 8; // milliseconds

type Subject = "sample" | "drawing";

/** Null where there is no network to ask, or no image small enough to try every pixel of. */
export function mind(app: () => App, readers: Readers, drawing: Drawing | null): HTMLElement | null {
  const image = imageOf(app().run);
  if (!image || image.shape[0] * image.shape[1] * image.channels > MOST || !readers.network()) return null;
  const levels = image.most <= FEW_LEVELS ? Array.from({ length: image.most + 1 }, (_, i) => i) : [0, image.most];
  let subject: Subject = "sample";
  let turn = 0;
  const said = el("p", { class: "sentence", "data-flip": "" }, say("mind.ask"));
  const shown = el("div", { class: "mind-pictures" });
  const choice = segmented(
    say("mind.of"),
    [
      { value: "sample", text: say("mind.sample") },
      { value: "drawing", text: say("mind.drawing") },
    ],
    subject,
    (value) => {
      subject = value as Subject;
      choice.show(value);
    },
  );
  const values = (): readonly number[] | null => {
    if (subject === "drawing") return drawing?.values() ?? null;
    const found = currentSample(app())?.values;
    return found ? Array.from(found) : null;
  };
  const find = button(say("mind.find"), {}, () => {
    const network = readers.network();
    const start = values();
    if (!network) return;
    if (!start) {
      said.textContent = subject === "drawing" ? say("mind.undrawn") : say("mind.none");
      return;
    }
    const mine = ++turn;
    const ask = (image: readonly number[]): number[] => probabilities(network, image);
    said.textContent = say("mind.wait");
    clock<Flip | null>({
      steps: fewestPixels(ask, start, levels),
      slice: () => SLICE,
      shown: () => undefined,
      ended(flip) {
        if (mine !== turn) return;
        said.textContent = flipped(app(), ask, start, flip);
        announce(said.textContent);
        if (flip) said.dataset.flip = String(pixelsOf(app(), flip).length);
        replace(shown, ...pictures(app(), ask, start, flip));
      },
      failed(error) {
        throw error;
      },
    }).go();
  });
  const intro = el("p", { class: "small muted" }, image.most <= FEW_LEVELS ? say("mind.every") : say("mind.ends"));
  return panel(
    { title: say("mind"), files: ["model.json"], wide: "w5" },
    intro,
    el("div", { class: "controls" }, drawing && choice.element, find),
    said,
    shown,
  );
}

/** What a flip comes to, in sentences. */
export function flipped(
  app: App,
  ask: (image: readonly number[]) => number[],
  start: readonly number[],
  flip: Flip | null,
): string {
  const before = ask(start);
  const name = (label: number): string => nameOf(app.run, label);
  const was = `${name(argmax(before))}, ${certainty(Math.max(...before))}`;
  if (!flip) return say("mind.stays", { was });
  const n = pixelsOf(app, flip).length;
  const image = imageOf(app.run);
  const all = image?.channels === 1 && image.most <= FEW_LEVELS; // whatever one pixel can be was tried
  const least = n === 1 ? "" : flip.proven && all ? ` ${say("mind.proven")}` : ` ${say("mind.fewer")}`;
  const now = ask(flip.values);
  const values = { as: terms(app.run).as, now: `${name(flip.label)}, ${certainty(Math.max(...now))}`, was, count: n };
  const number = small(n).replace(/^./, (first) => first.toUpperCase());
  return say("mind.turns", { ...values, number }) + least;
}

/** Each pixel once: a colour image has several numbers for it. */
function pixelsOf({ run }: App, { pixels }: Flip): number[] {
  const [height, width] = imageOf(run)?.shape ?? [1, pixels.length];
  return [...new Set(pixels.map((place) => place % (height * width)))];
}

function pictures(
  app: App,
  ask: (image: readonly number[]) => number[],
  start: readonly number[],
  flip: Flip | null,
): HTMLElement[] {
  const image = imageOf(app.run);
  if (!image) return [];
  const figure = (name: string, canvas: HTMLElement): HTMLElement =>
    el("figure", {}, canvas, el("figcaption", {}, name));
  const leaning = saliency(ask, start);
  const strongest = Math.max(...leaning.map(Math.abs), 1e-12);
  const size = image.shape[0] * image.shape[1];
  const summed = leaning.slice(0, size).map((_, i) => {
    let total = 0;
    for (let channel = 0; channel < image.channels; channel++) total += leaning[channel * size + i] ?? 0;
    return total;
  });
  const pixels = flip && pixelsOf(app, flip);
  const changed = summed.map((_, i) => (pixels?.includes(i) ? 1 : 0));
  return [
    figure(say("mind.before"), picture(app.run, start)),
    figure(say("mind.leans"), digit(summed, image.shape, strongest, divergingScale())),
    ...(flip
      ? [
          figure(say("mind.changed"), digit(changed, image.shape, 1)),
          figure(say("mind.after"), picture(app.run, flip.values)),
        ]
      : []),
  ];
}
