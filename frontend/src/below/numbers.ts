// How the values of a comparison and of a recipe are written.
import { short } from "./tools.ts";

/** Never on the other side of 0.05 than the number itself, and 1 only where it is 1. */
export function pValue(p: number): string {
  if (p < 0.001) return "p < 0.001";
  if (p < 1 && p >= 0.995) return "p > 0.99";
  const text = p.toFixed(p < 0.1 ? 3 : 2);
  return `p = ${text === "0.050" && p !== 0.05 ? short(p) : text}`;
}
