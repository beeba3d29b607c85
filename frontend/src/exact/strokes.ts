// Strokes → the image that a network of the digits reads, as run/strokes.py, bit for bit: + − × ÷ √ in one order.
// The real digits fill the height of their field, are about three quarters as wide, upright, and have 312 pixels of ink.

export type Strokes = readonly (readonly (readonly [x: number, y: number])[])[];

export interface Prepared {
  upright: Strokes;
  field: Uint8Array; // (32, 32), 1 is ink
  image: Uint8Array; // (8, 8), 0..16
}

export const SIDE = 32; // pixels of the field
const BLOCK = 4; // pixels of the field in a pixel of the image
const INK = 312; // pixels of ink: the mean of the real digits, which hardly differs between classes
const STEEPEST = 0.8; // slant that is taken away, at most
const USUAL = 22; // width of a real digit, of 32
const WIDEST = 26;
const STRETCHED = 2; // more across than down, at most: a straight line has no width to show
const ROUNDS = 3; // the pen's half width follows from the length of the strokes, and the length from the room it leaves

/** Null where nothing is drawn. */
export function prepared(strokes: Strokes): Prepared | null {
  const drawn = strokes.filter((stroke) => stroke.length > 0);
  if (!drawn.length) return null;
  const upright = straightened(drawn);
  let half = 0; // of the pen's width
  let order: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const distances = distancesTo(fitted(upright, half));
    order = Array.from(distances.keys()).sort((a, b) => (distances[a] as number) - (distances[b] as number) || a - b);
    half = Math.sqrt(distances[order[INK - 1] as number] as number);
  }
  const field = new Uint8Array(SIDE * SIDE);
  const image = new Uint8Array((SIDE / BLOCK) ** 2);
  for (const pixel of order.slice(0, INK)) {
    field[pixel] = 1;
    const [row, column] = [Math.floor(pixel / SIDE), pixel % SIDE];
    const cell = Math.floor(row / BLOCK) * (SIDE / BLOCK) + Math.floor(column / BLOCK);
    image[cell] = (image[cell] as number) + 1;
  }
  return { upright, field, image };
}

/** Without slant: that of the second moments of the strokes, each piece by its length. */
function straightened(strokes: Strokes): Strokes {
  let [total, sumX, sumY] = [0, 0, 0];
  const pieces: [x: number, y: number, dx: number, dy: number, length: number][] = [];
  for (const stroke of strokes)
    for (let i = 1; i < stroke.length; i++) {
      const [[ax, ay], [bx, by]] = [stroke[i - 1] as readonly [number, number], stroke[i] as readonly [number, number]];
      const length = Math.sqrt((bx - ax) * (bx - ax) + (by - ay) * (by - ay));
      const [x, y] = [(ax + bx) / 2, (ay + by) / 2];
      pieces.push([x, y, bx - ax, by - ay, length]);
      total += length;
      sumX += length * x;
      sumY += length * y;
    }
  if (total === 0) return strokes;
  const [middleX, middleY] = [sumX / total, sumY / total];
  let [mixed, upright] = [0, 0];
  // Of a piece about its own middle, a twelfth.
  for (const [x, y, dx, dy, length] of pieces) {
    mixed += length * ((x - middleX) * (y - middleY) + (dx * dy) / 12);
    upright += length * ((y - middleY) * (y - middleY) + (dy * dy) / 12);
  }
  const slant = upright === 0 ? 0 : Math.max(-STEEPEST, Math.min(STEEPEST, mixed / upright));
  return strokes.map((stroke) => stroke.map(([x, y]) => [x - slant * (y - middleY), y] as const));
}

/** Strokes in the field, in pixels: as high as it is, three quarters in proportion and one quarter towards the usual width. */
function fitted(strokes: Strokes, half: number): Strokes {
  const points = strokes.flat();
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  const [left, right, top, bottom] = [least(xs), most(xs), least(ys), most(ys)];
  const room = SIDE - 2 * half;
  const [wide, high] = [right - left, bottom - top];
  const fitting = Math.min(high > 0 ? room / high : Infinity, wide > 0 ? (2 * SIDE) / wide : Infinity);
  const scale = Number.isFinite(fitting) ? fitting : 1; // of a dot, which has no size
  const target = Math.min(WIDEST, 0.75 * (wide * scale + 2 * half) + 0.25 * USUAL);
  const across = wide > 0 ? Math.min(STRETCHED * scale, Math.max(0, target - 2 * half) / wide) : 0;
  const [middleX, middleY] = [(left + right) / 2, (top + bottom) / 2];
  return strokes.map((stroke) =>
    stroke.map(([x, y]) => [SIDE / 2 + (x - middleX) * across, SIDE / 2 + (y - middleY) * scale] as const),
  );
}

const least = (values: readonly number[]): number => values.reduce((a, b) => Math.min(a, b));
const most = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b));

/** Squared distance of every pixel's middle to the nearest piece of a stroke. */
function distancesTo(strokes: Strokes): Float64Array {
  const nearest = new Float64Array(SIDE * SIDE).fill(Infinity);
  for (const stroke of strokes)
    for (let i = stroke.length > 1 ? 1 : 0; i < stroke.length; i++) {
      const [ax, ay] = stroke[Math.max(0, i - 1)] as readonly [number, number];
      const [bx, by] = stroke[i] as readonly [number, number];
      const [dx, dy] = [bx - ax, by - ay];
      const length = dx * dx + dy * dy;
      for (let pixel = 0; pixel < nearest.length; pixel++) {
        const x = (pixel % SIDE) + 0.5 - ax;
        const y = Math.floor(pixel / SIDE) + 0.5 - ay;
        const along = length === 0 ? 0 : Math.max(0, Math.min(1, (x * dx + y * dy) / length));
        const [offX, offY] = [x - along * dx, y - along * dy];
        const distance = offX * offX + offY * offY;
        if (distance < (nearest[pixel] as number)) nearest[pixel] = distance;
      }
    }
  return nearest;
}
