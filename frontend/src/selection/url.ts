// Selection ↔ query of the address. Every field has one row; whatever else stands there is dropped and named.
import { isRunId } from "../bundle/names.ts";
import { CELLS, INITIAL, MEASURES, ORDERS, OUTCOMES, SCALES, type Selection, SPLITS, same } from "./state.ts";

interface Field<T> {
  key: string; // in the address
  write(value: T): string;
  read(text: string): T | undefined; // undefined: not a value of this field
}

const whole = (limit: number) => (text: string) =>
  /^\d{1,10}$/.test(text) && Number(text) <= limit ? Number(text) : undefined;
const word = <T extends string>(key: string, options: readonly T[]): Field<T> => ({
  key,
  write: (value) => value,
  read: (text) => options.find((option) => option === text),
});
const optional = (key: string, limit: number): Field<number | null> => ({ key, write: String, read: whole(limit) });

const LONGEST = 2000; // characters of a value; a choice of more samples is in no address

const ROWS: { [K in keyof Selection]: Field<Selection[K]> } = {
  compared: { key: "vs", write: String, read: (text) => (isRunId(text) ? text : undefined) },
  truth: { key: "true", write: (value) => value.join("."), read: readClasses },
  predicted: optional("pred", 999),
  split: word("split", SPLITS),
  outcome: word("show", OUTCOMES),
  confidence: { key: "conf", write: (value) => value.join("-"), read: readRange },
  among: { key: "among", write: gaps, read: readGaps },
  order: word("order", ORDERS),
  seed: { key: "seed", write: String, read: whole(2 ** 32 - 1) },
  sample: optional("sample", 2 ** 32),
  epoch: optional("epoch", 1_000_000),
  cells: word("cells", CELLS),
  diagonal: {
    key: "diagonal",
    write: (value) => (value ? "shown" : "hidden"),
    read: (text) => (text === "shown" ? true : text === "hidden" ? false : undefined),
  },
  measure: word("curve", MEASURES),
  scale: word("scale", SCALES),
};

const NAMES = Object.keys(ROWS) as (keyof Selection)[];

function readClasses(text: string): number[] | undefined {
  if (!/^\d{1,3}(\.\d{1,3}){0,99}$/.test(text)) return undefined;
  return [...new Set(text.split(".").map(Number))].sort((a, b) => a - b);
}

function readRange(text: string): [number, number] | undefined {
  const [low, high] = (/^(\d{1,3})-(\d{1,3})$/.exec(text)?.slice(1) ?? []).map(Number);
  return low !== undefined && high !== undefined && low <= high && high <= 100 ? [low, high] : undefined;
}

/** The first id, and from each to the next: short where many are close together. */
function gaps(ids: readonly number[]): string {
  return ids.map((id, i) => (id - (ids[i - 1] ?? 0)).toString(36)).join(".");
}

function readGaps(text: string): number[] | undefined {
  let last = -1;
  const ids = text.split(".").map((gap, i) => {
    last = /^[0-9a-z]{1,7}$/.test(gap) && (i === 0 || gap !== "0") ? Math.max(last, 0) + Number.parseInt(gap, 36) : NaN;
    return last;
  });
  return text.length <= LONGEST && last <= 2 ** 32 ? ids : undefined;
}

/**
 * The query of an address: the run's path unless the page's own choice is meant, and what differs from the start. What
 * others put there (`foreign`, such as utm_source) stays behind it.
 */
export function toQuery(artifacts: string | null, selection: Selection, foreign: readonly string[] = []): string {
  const pairs = artifacts === null ? [] : [`artifacts=${artifacts}`];
  for (const name of NAMES) {
    const row = ROWS[name] as Field<unknown>;
    if (same(selection[name], INITIAL[name])) continue;
    const text = row.write(selection[name]);
    if (text.length <= LONGEST) pairs.push(`${row.key}=${text}`);
  }
  pairs.push(...foreign);
  return pairs.length ? `?${pairs.join("&")}` : "";
}

export interface FromQuery {
  selection: Selection;
  ignored: string[]; // ours, with a value that means nothing
  foreign: string[]; // none of ours
}

/** Total: any text gives a selection. */
export function fromQuery(search: string): FromQuery {
  const selection: Selection = { ...INITIAL };
  const ignored: string[] = [];
  const foreign: string[] = [];
  const seen = new Set<string>();
  for (const pair of search.replace(/^\?/, "").split("&").filter(Boolean)) {
    const [key = "", ...rest] = pair.split("=");
    const name = NAMES.find((each) => ROWS[each].key === key);
    const value = name && !seen.has(key) ? (ROWS[name] as Field<unknown>).read(rest.join("=")) : undefined;
    if (name && value !== undefined) Object.assign(selection, { [name]: value });
    else if (name) ignored.push(pair.slice(0, 60));
    else if (key !== "artifacts") foreign.push(pair);
    seen.add(key);
  }
  return { selection, ignored, foreign };
}
