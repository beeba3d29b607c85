// Samples as points on one canvas: small pictures where none covers another, dots for the rest, what is wrong in a frame.
import { apart, type Point } from "../model/around.ts";
import type { Look } from "../view/picture.ts";
import { el } from "./tools.ts";

export interface Marks {
  shown: boolean;
  wrong: boolean;
  colour: string; // of its dot
}
export interface Colours {
  wrong: string;
  ring: string; // round the one that is pointed at, and the selected one
  paper: string;
}
export interface Plane {
  element: HTMLCanvasElement;
  /** Paints the small pictures anew, a few at a time: for other samples, or in other colours. */
  load(values: readonly ArrayLike<number>[], look: Look): Generator<undefined, void>;
  /** Lays them out; positions are of any unit, as long as it is the same in both directions. */
  place(positions: readonly Point[]): void;
  draw(marks: readonly Marks[], rings: readonly number[], line: readonly Point[], colours: Colours): void;
  /** Where they are on the canvas, in pixels of the page. */
  readonly points: readonly Point[];
}

const COLUMNS = 40; // of the sheet that holds the small pictures
const FAINT = 0.25;
const EDGE = 16;
const NEAR = 24; // pixels of a picture's longer side, or a little more or less
const ROOM = 4; // between two pictures
const DOT = 2.5; // its radius
const [TALL, HIGHEST] = [0.62, 560];

/** A whole number of pixels for each of a small image's, so that it is sharp. */
const sideOf = (longest: number): number =>
  longest > NEAR * 1.5 ? NEAR : Math.max(1, Math.round(NEAR / longest)) * longest;

interface Sorted {
  marks: readonly Marks[];
  points: readonly Point[];
  pictured: ReadonlySet<number>;
  dots: readonly number[];
  wrong: readonly number[];
}

/** What is wrong comes first to a picture. A dot that a picture would cut is left out, unless it is wrong. */
function sort(
  points: readonly Point[],
  marks: readonly Marks[],
  [wide, tall]: Point,
): Pick<Sorted, "pictured" | "dots" | "wrong"> {
  const shown = points.flatMap((_, i) => (marks[i]?.shown ? [i] : []));
  const wrong = shown.filter((i) => marks[i]?.wrong);
  const order = [...wrong, ...shown.filter((i) => !marks[i]?.wrong)];
  const pictured = new Set(apart(points, order, [wide + ROOM, tall + ROOM]));
  const pictures = [...pictured].map((i) => points[i] as Point);
  const cut = ([x, y]: Point): boolean =>
    pictures.some(([px, py]) => Math.abs(px - x) < wide / 2 + DOT && Math.abs(py - y) < tall / 2 + DOT);
  const dots = order.filter((i) => !pictured.has(i) && (marks[i]?.wrong || !cut(points[i] as Point)));
  return { pictured, dots, wrong };
}

export function plane(): Plane {
  const element = el("canvas", { "aria-hidden": "true" });
  const sheet = document.createElement("canvas");
  let shape: Look["shape"] = [1, 1];
  let positions: readonly Point[] = [];
  let points: Point[] = [];
  let laid: readonly Point[] = []; // positions that the points are of
  let sorted: Sorted | null = null;
  let [width, height] = [0, 0];

  function lay(): void {
    const known = element.parentElement?.clientWidth ?? 0;
    if (!known || !positions.length || (known === width && positions === laid)) return;
    laid = positions;
    [width, height] = [known, Math.round(Math.min(HIGHEST, Math.max(280, TALL * known)))];
    const ends = [0, 1].map((axis) => {
      const all = positions.map((each) => each[axis as 0 | 1]);
      return [all.reduce((a, b) => Math.min(a, b)), all.reduce((a, b) => Math.max(a, b))] as const;
    });
    const [[left, right], [low, high]] = ends as [readonly [number, number], readonly [number, number]];
    const unit = Math.min((width - 2 * EDGE) / (right - left || 1), (height - 2 * EDGE) / (high - low || 1));
    points = positions.map(([x, y]) => [
      width / 2 + unit * (x - (left + right) / 2),
      height / 2 - unit * (y - (low + high) / 2),
    ]);
  }

  return {
    element,
    get points() {
      return points;
    },
    *load(values, look) {
      shape = look.shape;
      sheet.width = COLUMNS * shape[1];
      sheet.height = Math.ceil(values.length / COLUMNS) * shape[0];
      const pen = sheet.getContext("2d");
      for (const [i, each] of values.entries()) {
        pen?.putImageData(look.image(each), (i % COLUMNS) * shape[1], Math.floor(i / COLUMNS) * shape[0]);
        yield;
      }
    },
    place(next) {
      positions = next;
    },
    draw(marks, rings, line, colours) {
      lay();
      const pen = element.getContext("2d");
      if (!pen || !points.length) return;
      const ratio = Math.min(2, devicePixelRatio || 1);
      [element.width, element.height] = [Math.round(width * ratio), Math.round(height * ratio)];
      element.style.height = `${height}px`;
      pen.setTransform(ratio, 0, 0, ratio, 0, 0);
      const longest = Math.max(...shape);
      const [tall, wide] = shape.map((each) => (each * sideOf(longest)) / longest) as [number, number];
      pen.imageSmoothingEnabled = longest > NEAR;
      const frame = (i: number, colour: string, room: number, thick: number, half = [wide / 2, tall / 2]): void => {
        const [x, y] = points[i] as Point;
        const [right, down] = half.map((each) => each + room) as [number, number];
        pen.strokeStyle = colour;
        pen.lineWidth = thick;
        pen.strokeRect(x - right, y - down, 2 * right, 2 * down);
      };
      const put = (i: number): void => {
        const [x, y] = points[i] as Point;
        const from = [(i % COLUMNS) * shape[1], Math.floor(i / COLUMNS) * shape[0], shape[1], shape[0]] as const;
        pen.drawImage(sheet, ...from, x - wide / 2, y - tall / 2, wide, tall);
      };
      const dot = (i: number): void => {
        const [x, y] = points[i] as Point;
        pen.fillStyle = marks[i]?.colour ?? "";
        pen.beginPath();
        pen.arc(x, y, DOT, 0, 2 * Math.PI);
        pen.stroke();
        pen.fill();
      };
      const layer = (wanted: (each: Marks) => boolean): number[] =>
        marks.flatMap((each, i) => (wanted(each) && points[i] ? [i] : []));
      [pen.strokeStyle, pen.lineWidth] = [colours.paper, 2]; // round a dot, also beside another
      pen.globalAlpha = FAINT;
      layer(({ shown }) => !shown).forEach(dot);
      pen.globalAlpha = 1;
      if (sorted?.marks !== marks || sorted.points !== points)
        sorted = { marks, points, ...sort(points, marks, [wide, tall]) };
      const { pictured, dots, wrong } = sorted;
      dots.forEach(dot);
      pictured.forEach(put);
      for (const i of wrong) frame(i, colours.wrong, 1.5, 2, pictured.has(i) ? undefined : [DOT, DOT]);
      for (const i of rings) {
        put(i);
        frame(i, colours.ring, 3, 2);
      }
      if (line.length < 2) return;
      pen.beginPath();
      for (const [x, y] of line) pen.lineTo(x, y);
      pen.closePath();
      pen.setLineDash([5, 4]);
      pen.strokeStyle = colours.ring;
      pen.stroke();
      pen.setLineDash([]);
    },
  };
}
