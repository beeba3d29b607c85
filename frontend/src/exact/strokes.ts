export const SIDE = 32;
export interface Prepared {
  upright: readonly (readonly (readonly [number, number])[])[];
  field: Uint8Array;
  image: Uint8Array;
}
export function prepared(strokes: readonly (readonly (readonly [number, number])[])[]): Prepared {
  return { upright: strokes, field: new Uint8Array(1024), image: new Uint8Array(64) };
}
