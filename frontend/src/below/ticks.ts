// Where an axis has its marks.
import { say } from "./tools.ts";

const CHARACTER = 7.2; // pixels, of a figure in 12 px type
const APART = 14;

/** Up to about `wanted` round numbers covering low..high (Heckbert 1990, “nice numbers for graph labels”). */
export function ticks(low: number, high: number, wanted = 5): number[] {
  if (!(high > low)) return [low];
  const rough = (high - low) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((m) => m * power).find((each) => each >= rough * 0.999) ?? rough;
  const result: number[] = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++)
    result.push(Number((i * step).toPrecision(12)));
  return result;
}

/** Decades, with 2 and 5 between them when there are few. */
export function logTicks(low: number, high: number): number[] {
  const decades = Math.log10(high / low);
  const steps = decades > 3 ? [1] : decades > 1.2 ? [1, 3] : [1, 2, 5];
  const result: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power++) {
    for (const step of steps) {
      const tick = Number((step * 10 ** power).toPrecision(6));
      if (tick >= low && tick <= high) result.push(tick);
    }
  }
  return result;
}

/** Epochs to write below an axis: the first ("epoch 1", from its tick on), the last (up to its tick), and between them
 * round ones as far as there is room; `large` is by how much letters are larger than usual. */
export function epochTicks(epochs: number, x: (epoch: number) => number, large = 1): number[] {
  const wide = (text: string): number => large * CHARACTER * text.length;
  const first = x(1) + wide(say("epoch.tick", { n: 1 }));
  if (epochs < 2) return [1];
  const last = x(epochs) - wide(String(epochs));
  if (last < first + APART) return [epochs];
  let taken = first;
  const between = ticks(1, epochs, 5).filter((tick) => {
    const half = wide(String(tick)) / 2;
    if (!Number.isInteger(tick) || x(tick) - half < taken + APART || x(tick) + half > last - APART) return false;
    taken = x(tick) + half;
    return true;
  });
  return [1, ...between, epochs];
}
