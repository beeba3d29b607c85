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
  plural,
  probabilities,
  replace,
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
  const said = el("p", { class: "sentence", "data-flip": "" }, "Which pixels would have to change for another answer?");
  const shown = el("div", { class: "mind-pictures" });
  const choice = segmented(
    "Of",
    [
      { value: "sample", text: "The selected sample" },
      { value: "drawing", text: "The drawing" },
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
  const find = button("Find the fewest pixels", {}, () => {
    const network = readers.network();
    const start = values();
    if (!network) return;
    if (!start) {
      said.textContent = subject === "drawing" ? "Nothing is drawn yet." : "No sample with an image is selected.";
      return;
    }
    const mine = ++turn;
    const ask = (image: readonly number[]): number[] => probabilities(network, image);
    said.textContent = "Trying every pixel …";
    clock<Flip | null>({
      steps: fewestPixels(ask, start, levels),
      slice: () => SLICE,
      shown: () => undefined,
      ended(flip) {
        if (mine !== turn) return;
        said.textContent = sentence(app(), ask, start, flip);
        announce(said.textContent);
        if (flip) said.dataset.flip = String(flip.pixels.length);
        replace(shown, ...pictures(app(), ask, start, flip));
      },
      failed(error) {
        throw error;
      },
    }).go();
  });
  const intro = el(
    "p",
    { class: "small muted" },
    `Every pixel is tried ${image.most <= FEW_LEVELS ? "at every value" : "black and white"}; the one that helps another answer most is kept, and so on until the answer turns.`,
  );
  return panel(
    { title: "What would change its mind", files: ["model.json"], wide: "w5" },
    intro,
    el("div", { class: "controls" }, drawing && choice.element, find),
    said,
    shown,
  );
}

function sentence(
  app: App,
  ask: (image: readonly number[]) => number[],
  start: readonly number[],
  flip: Flip | null,
): string {
  const before = ask(start);
  const name = (label: number): string => nameOf(app.run, label);
  const was = `${name(argmax(before))}, ${certainty(Math.max(...before))}`;
  if (!flip) return `It stays with ${was}: even twelve pixels, chosen one by one, do not change that.`;
  const n = flip.pixels.length;
  const least = n === 1 ? "" : flip.proven ? " One pixel is not enough." : " Perhaps fewer would do, chosen together.";
  const now = ask(flip.values);
  return `${n === 1 ? "One pixel" : `${plural(n, "pixel").replace(/^\d+/, small(n))}`.replace(/^./, (first) => first.toUpperCase())} changed, and it is ${terms(app.run).as} ${name(flip.label)}, ${certainty(Math.max(...now))}, instead of ${was}.${least}`;
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
  const changed = summed.map((_, i) => (flip?.pixels.some((pixel) => pixel % size === i) ? 1 : 0));
  return [
    figure("as it is", picture(app.run, start)),
    figure("pixels it leans on: blue for, orange against", digit(summed, image.shape, strongest, divergingScale())),
    ...(flip
      ? [figure("changed here", digit(changed, image.shape, 1)), figure("and then", picture(app.run, flip.values))]
      : []),
  ];
}
