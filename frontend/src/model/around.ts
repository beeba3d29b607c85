// Points on a plane: which lie inside a line drawn round them, and which is next in a direction.

export type Point = readonly [x: number, y: number];

/** True inside a closed line (even-odd rule). */
export function inside([x, y]: Point, line: readonly Point[]): boolean {
  let result = false;
  line.forEach(([x1, y1], i) => {
    const [x2, y2] = line.at(i - 1) as Point;
    if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) result = !result;
  });
  return result;
}

/** The rectangle that two points span, as a line round it that has both inside. */
export function spanned(a: Point, b: Point, margin: number): Point[] {
  const [left, right] = [Math.min(a[0], b[0]) - margin, Math.max(a[0], b[0]) + margin];
  const [top, bottom] = [Math.min(a[1], b[1]) - margin, Math.max(a[1], b[1]) + margin];
  return [
    [left, top],
    [right, top],
    [right, bottom],
    [left, bottom],
  ];
}

/** The place in `points` of the one nearest to a point, within `reach`; −1 where there is none. */
export function closest(points: readonly Point[], [x, y]: Point, reach = Infinity): number {
  let [best, limit] = [-1, reach];
  points.forEach(([px, py], i) => {
    const distance = Math.hypot(px - x, py - y);
    if (distance < limit) [best, limit] = [i, distance];
  });
  return best;
}

/**
 * The place of the next point from one of them towards a direction: within 45° of it the nearest, where distance across
 * counts twice. −1 at the edge. Points in the same place follow each other in their order, so that each can be reached.
 */
export function towards(points: readonly Point[], from: number, [dx, dy]: Point): number {
  const [x, y] = points[from] as Point;
  const forward = dx + dy > 0;
  const twins = points.flatMap(([px, py], i) => (px === x && py === y ? [i] : []));
  const twin = twins[twins.indexOf(from) + (forward ? 1 : -1)];
  if (twin !== undefined) return twin;
  let [best, limit] = [-1, Infinity];
  points.forEach(([px, py], i) => {
    const along = (px - x) * dx + (py - y) * dy;
    const across = Math.abs((px - x) * dy) + Math.abs((py - y) * dx);
    const distance = along + 2 * across;
    if (along > 0 && across <= along && (forward ? distance < limit : distance <= limit)) [best, limit] = [i, distance];
  });
  return best;
}

/** Places of the points that keep this much room of those before them, in their order: none covers another. */
export function apart(points: readonly Point[], order: readonly number[], [wide, high]: Point): number[] {
  const taken = new Map<string, Point[]>(); // by the field of a grid
  const fieldOf = (column: number, row: number): string => `${column} ${row}`;
  return order.filter((place) => {
    const point = points[place];
    if (!point) return false;
    const [x, y] = point;
    const [column, row] = [Math.floor(x / wide), Math.floor(y / high)];
    for (let i = -1; i <= 1; i++)
      for (let j = -1; j <= 1; j++)
        for (const [px, py] of taken.get(fieldOf(column + i, row + j)) ?? [])
          if (Math.abs(px - x) < wide && Math.abs(py - y) < high) return false;
    const field = fieldOf(column, row);
    taken.set(field, [...(taken.get(field) ?? []), point]);
    return true;
  });
}
