// The fewest pixels whose change makes a network answer otherwise. Pure.

export interface Flip {
  pixels: number[]; // places in `values` that change; a colour image has one for each channel of a pixel
  values: number[]; // the image with them changed
  label: number; // the answer then
  proven: boolean; // that fewer changes to these levels do not do it
}

type Ask = (values: readonly number[]) => number[]; // probabilities

const best = (values: readonly number[]): number => values.indexOf(Math.max(...values));

/**
 * Every value is tried for each pixel, and the change that helps another class most is kept, until the answer is another.
 * So a flip of one or two pixels is minimal; more are an upper bound. Yields after every pixel. Null where `limit` pixels
 * are not enough.
 */
export function* fewestPixels(
  ask: Ask,
  values: readonly number[],
  levels: readonly number[],
  limit = 12,
): Generator<undefined, Flip | null> {
  const before = best(ask(values));
  const current = [...values];
  const pixels: number[] = [];
  while (pixels.length < limit) {
    let found = { at: -1, value: 0, lead: -Infinity, label: before };
    for (let at = 0; at < current.length; at++) {
      if (pixels.includes(at)) continue;
      const was = current[at] as number;
      for (const value of levels) {
        if (value === was) continue;
        current[at] = value;
        const answer = ask(current);
        const lead = Math.max(...answer.filter((_, label) => label !== before)) - (answer[before] as number);
        if (lead > found.lead) found = { at, value, lead, label: best(answer) };
      }
      current[at] = was;
      yield;
    }
    if (found.at < 0) return null;
    current[found.at] = found.value;
    pixels.push(found.at);
    if (found.label !== before) return { pixels, values: current, label: found.label, proven: pixels.length <= 2 };
  }
  return null;
}

/** How the probability of the answer changes with each pixel, by central differences of half a grey level. */
export function saliency(ask: Ask, values: readonly number[], step = 0.5): number[] {
  const label = best(ask(values));
  const current = [...values];
  return values.map((value, at) => {
    current[at] = value + step;
    const above = ask(current)[label] as number;
    current[at] = value - step;
    const below = ask(current)[label] as number;
    current[at] = value;
    return (above - below) / (2 * step);
  });
}
