import assert from "node:assert/strict";
import { test } from "node:test";
import { apart, closest, inside, type Point, spanned, towards } from "../src/model/around.ts";

const grid: Point[] = Array.from({ length: 25 }, (_, i) => [i % 5, Math.floor(i / 5)]);

test("a line drawn round points has those inside, also where it bends inwards", () => {
  const bent: Point[] = [
    [-0.5, -0.5],
    [4.5, -0.5],
    [4.5, 4.5],
    [2, 1.5],
    [-0.5, 4.5],
  ];
  // The notch: below the two lines from its corners to (2, 1.5), whose slopes are 3/2.5.
  const within = ([x, y]: Point): boolean => y < 1.5 + (3 / 2.5) * Math.abs(x - 2);
  assert.deepEqual(
    grid.filter((point) => inside(point, bent)),
    grid.filter(within),
  );
  assert.equal(inside([1, 1], []), false);
});

test("two points span the rectangle between them, with themselves inside", () => {
  const box = spanned([3, 3], [1, 2], 0.1);
  assert.deepEqual(
    grid.filter((point) => inside(point, box)),
    grid.filter(([x, y]) => x >= 1 && x <= 3 && y >= 2 && y <= 3),
  );
});

test("the closest point is found within reach", () => {
  assert.equal(closest(grid, [2.2, 3.4]), 17);
  assert.equal(closest(grid, [9, 9], 2), -1);
  assert.equal(closest([], [0, 0]), -1);
});

test("arrows lead over a grid as expected, and stop at its edge", () => {
  assert.equal(towards(grid, 12, [1, 0]), 13);
  assert.equal(towards(grid, 12, [-1, 0]), 11);
  assert.equal(towards(grid, 12, [0, 1]), 17);
  assert.equal(towards(grid, 12, [0, -1]), 7);
  assert.equal(towards(grid, 4, [1, 0]), -1);
});

test("every point of a cloud can be reached by arrows, also those that lie on one another", () => {
  let state = 7;
  const next = (): number => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
  const cloud: Point[] = Array.from({ length: 150 }, () => [next(), next() ** 2]);
  cloud.push(...cloud.slice(0, 5), ...cloud.slice(0, 2));
  const found = new Set([0]);
  for (const at of found)
    for (const way of [
      [1, 0],
      [-1, 0],
      [0, 1],
      [0, -1],
    ] as const) {
      const to = towards(cloud, at, way);
      if (to >= 0) found.add(to);
    }
  assert.equal(found.size, cloud.length);
});

test("pictures that are kept apart cover none of one another, and each of the others would cover one before it", () => {
  let seed = 7;
  const random = (): number => {
    seed = (seed * 48271) % 2147483647;
    return seed / 2147483647;
  };
  const points = Array.from({ length: 400 }, (): Point => [300 * random() - 150, 200 * random() - 100]);
  const order = points.map((_, i) => (i * 7) % points.length);
  const [wide, high] = [20, 12];
  const covers = (a: Point, b: Point): boolean => Math.abs(a[0] - b[0]) < wide && Math.abs(a[1] - b[1]) < high;
  const kept: number[] = [];
  for (const i of order) if (!kept.some((j) => covers(points[i]!, points[j]!))) kept.push(i);
  assert.deepEqual(apart(points, order, [wide, high]), kept);
  assert.ok(kept.length > 50 && kept.length < 200);
});
