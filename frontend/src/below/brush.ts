// What a pixel is painted with: an amount of ink or light, or of a colour image one colour.
import { el, say } from "./tools.ts";

export interface Brush {
  element: HTMLElement;
  amounts(): number[]; // one per channel
  none: number[]; // what erasing leaves
}

export function brushOf(channels: number, most: number, ink: boolean): Brush {
  if (channels === 1) {
    const name = ink ? say("draw.ink") : say("draw.light");
    const input = el("input", { type: "range", min: 0, max: most, value: most, "aria-label": name });
    const amount = el("span", { class: "amount" }, String(most));
    input.addEventListener("input", () => {
      amount.textContent = input.value;
    });
    const element = el("label", { class: "field brush" }, el("span", {}, name), input, amount);
    return { element, amounts: () => [Number(input.value)], none: [0] };
  }
  const input = el("input", { type: "color", value: "#ffffff" });
  const amounts = (): number[] =>
    [1, 3, 5].map((start) => {
      const share = Number.parseInt(input.value.slice(start, start + 2), 16) / 255;
      return Math.round(most * (ink ? 1 - share : share));
    });
  return { element: el("label", { class: "field brush" }, say("draw.colour"), input), amounts, none: [0, 0, 0] };
}
