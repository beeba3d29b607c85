// Charts and tables as files: a chart with its title and sentence in light colours, a table as text.
import { csvCell, tsvCell } from "./cells.ts";
import { button, copyFrom, dataTable, el, ICONS, icon, replace, save, say, set, svg } from "./tools.ts";

type Table = ReturnType<Parameters<typeof dataTable>[1]>;

const LOOK =
  "fill stroke stroke-width stroke-dasharray stroke-linecap visibility text-anchor font-size font-weight".split(" ");
const [EDGE, HEAD, LINE] = [24, 56, 19]; // pixels
// Charts, and what is drawn as a table or as pictures.
const TEXT = ".dots th:not(.axis), .axis > span, .dots .num, .weight-rows li";
const KEPT = `svg.chart, .dot-row, .dot-plot i, .tiles-map canvas, .weight-matrix canvas, ${TEXT}`;
const CHARACTER = 6.6; // of 13 px type, about

const slug = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-|-$/g, "");

/** A table that is folded away, and can be copied or saved whole. */
export function keptTable(label: string, table: () => Table): HTMLDetailsElement {
  const text = (cell: (text: string) => string, between: string): string => {
    const { head, rows } = table();
    return [head, ...rows].map((row) => `${row.map(cell).join(between)}\n`).join("");
  };
  const result = dataTable(label, table);
  const copy = button(say("copy.tsv"), {}, () => void copyFrom(copy, text(tsvCell, "\t")));
  const csv = button(say("save.csv"), {}, () =>
    save(`${slug(label)}.csv`, new Blob([text(csvCell, ",")], { type: "text/csv" })),
  );
  result.append(el("div", { class: "controls" }, copy, csv));
  return result;
}

/** Puts buttons into a card that save all its charts as one picture. */
export function keepCharts(card: HTMLElement): HTMLElement {
  const name = (): string => slug(titleOf(card));
  const asSvg = button("SVG", { "aria-label": say("save.chart", { kind: "SVG" }) }, () =>
    save(`${name()}.svg`, new Blob([pictureOf(card).text], { type: "image/svg+xml" })),
  );
  const asPng = button("PNG", { "aria-label": say("save.chart", { kind: "PNG" }) }, () => {
    void pngOf(pictureOf(card)).then((blob) => blob && save(`${name()}.png`, blob));
  });
  card.append(el("div", { class: "controls downloads keep" }, icon(ICONS.download), asSvg, asPng));
  return card;
}

/** What it shows, where that changes; else its heading. */
const titleOf = (card: HTMLElement): string => card.dataset.shows ?? card.querySelector("h3, h4")?.textContent ?? "";

interface Picture {
  text: string;
  width: number;
  height: number;
}

/** The charts of a card where they stand in it, between its title and its sentence. */
function pictureOf(card: HTMLElement): Picture {
  const { dataset, style } = document.documentElement;
  const theme = dataset.theme ?? "system";
  dataset.theme = "light"; // for the time that styles are read
  style.setProperty("forced-color-adjust", "none");
  try {
    const charts = [...card.querySelectorAll(KEPT)];
    const boxes = charts.map(boxOf);
    const left = Math.min(...boxes.map((box) => box.left)) - EDGE;
    const top = Math.min(...boxes.map((box) => box.top)) - HEAD;
    const width = Math.max(320, ...boxes.map((box) => box.right - left + EDGE));
    const parts = charts.map((chart, i) => {
      const { x, y, width, height } = boxes[i] as DOMRect;
      return placed(chart, new DOMRect(x - left, y - top, width, height));
    });
    const ends = boxes.map((box) => box.bottom - top);
    for (const caption of card.querySelectorAll("figcaption")) {
      const box = caption.getBoundingClientRect();
      parts.push(words(caption.textContent ?? "", box.left - left, box.top - top + 13, width));
      ends.push(box.bottom - top);
    }
    let y = Math.max(...ends) + 24;
    for (const each of card.querySelectorAll(".reading:not(figcaption), .axes-words, .key-line")) {
      const text = [...each.childNodes].map((part) => (part as HTMLElement).dataset?.mark ?? part.textContent).join("");
      const said = words(text, EDGE, y, width);
      y += LINE * said.childElementCount + 6;
      parts.push(said);
    }
    const title = svg("text", { x: EDGE, y: 32, "font-size": 16, "font-weight": 600, fill: "#1b2430" }, titleOf(card));
    const whole = svg(
      "svg",
      {
        xmlns: "http://www.w3.org/2000/svg",
        width,
        height: y,
        viewBox: `0 0 ${width} ${y}`,
        "font-family": "system-ui, sans-serif",
      },
      svg("rect", { width, height: y, fill: "#ffffff" }),
      title,
      ...parts,
    );
    return { text: new XMLSerializer().serializeToString(whole), width, height: y };
  } finally {
    dataset.theme = theme;
    style.removeProperty("forced-color-adjust");
  }
}

/** Of a cell with a button, the button. */
const innermost = (part: Element): Element => part.querySelector("button") ?? part;

/** Where something stands; of words, where they do. */
function boxOf(part: Element): DOMRect {
  if (!part.matches(TEXT)) return part.getBoundingClientRect();
  const range = document.createRange();
  range.selectNodeContents(innermost(part));
  return range.getBoundingClientRect();
}

/** A copy that needs no style sheet; of what is no chart, its like. */
function placed(chart: Element, box: DOMRect): SVGElement {
  const { x, y, width, height } = box;
  const { backgroundColor, borderColor, color, fontWeight } = getComputedStyle(innermost(chart));
  if (chart.matches(TEXT))
    return svg(
      "text",
      { x, y: y + 0.75 * height, "font-size": 13, "font-weight": fontWeight, fill: color },
      chart.textContent?.trim(),
    );
  if (chart.matches(".dot-plot i"))
    return svg("circle", {
      cx: x + width / 2,
      cy: y + height / 2,
      r: width / 2 - 1,
      fill: backgroundColor,
      stroke: borderColor,
      "stroke-width": 2,
    });
  if (chart instanceof HTMLCanvasElement) {
    const image = svg("image", { x, y, width, height, "image-rendering": "pixelated", preserveAspectRatio: "none" });
    image.setAttribute("href", chart.toDataURL());
    return image;
  }
  const copy = chart.cloneNode(true) as SVGSVGElement;
  const [from, to] = [chart, copy].map((each) => [each, ...each.querySelectorAll("*")]) as [Element[], Element[]];
  from.forEach((element, i) => {
    const [look, target] = [getComputedStyle(element), to[i] as Element];
    for (const name of ["class", "style", "role", "aria-label"]) target.removeAttribute(name);
    for (const name of LOOK) set(target, name, look.getPropertyValue(name));
  });
  for (const [name, value] of Object.entries({ x, y, width, height })) set(copy, name, value);
  if (!copy.hasAttribute("viewBox")) set(copy, "viewBox", `0 0 ${width} ${height}`);
  return copy;
}

// What may begin a line: a word with the space behind it, and in scripts without spaces each character with its marks.
const PIECES = /\p{Script=Han}[\u3000-\u303f\uff00-\uffef]*|[^\s\p{Script=Han}]+\s*|\s+/gu;

/** About how many characters wide text is; those of East Asia are twice as wide. */
const wide = (text: string): number =>
  [...text].reduce((total, each) => total + (/[\p{Script=Han}\u3000-\u303f\uff00-\uff60]/u.test(each) ? 2 : 1), 0);

/** Text in lines that fit. */
function words(text: string, x: number, y: number, width: number): SVGTextElement {
  const most = Math.max(12, Math.floor((width - x - EDGE) / CHARACTER));
  const lines = [""];
  for (const piece of text.trim().replace(/\s+/g, " ").match(PIECES) ?? []) {
    const last = lines.at(-1) ?? "";
    if (last && wide(last + piece.trimEnd()) > most) lines.push(piece.trimStart());
    else lines[lines.length - 1] = last + piece;
  }
  const result = svg("text", { x, y, "font-size": 13, fill: "#1b2430" });
  replace(result, ...lines.map((line, i) => svg("tspan", { x, dy: i ? LINE : 0 }, line.trimEnd())));
  return result;
}

/** Twice as large, so that it is sharp on a slide. */
async function pngOf({ text, width, height }: Picture): Promise<Blob | null> {
  const image = new Image();
  const address = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
  try {
    image.src = address;
    await image.decode();
    const canvas = el("canvas", { width: 2 * width, height: 2 * height });
    canvas.getContext("2d")?.drawImage(image, 0, 0, 2 * width, 2 * height);
    return await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  } finally {
    URL.revokeObjectURL(address);
  }
}
