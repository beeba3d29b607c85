// How the values of a comparison and of a recipe are written.
import { fixed, short } from "./tools.ts";

/** Never on the other side of 0.05 than the number itself, and 1 only where it is 1. */
export function pValue(p: number): string {
  if (p < 0.001) return `p < ${fixed(0.001, 3)}`;
  if (p < 1 && p >= 0.995) return `p > ${fixed(0.99, 2)}`;
  const digits = p < 0.1 ? 3 : 2;
  return `p = ${Number(p.toFixed(digits)) === 0.05 && p !== 0.05 ? short(p) : fixed(p, digits)}`;
}
