// Broken input by the hundred thousand for every reader of the page: it is taken, or refused in the page's words.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as agreements from "../src/bundle/agreements.ts";
import type { Published } from "../src/bundle/check.ts";
import { loadIndex, loadRun } from "../src/bundle/load.ts";
import { isPlainPath, wantedPath } from "../src/bundle/path.ts";
import { decode } from "../src/bundle/published.ts";
import { Missing, type Source } from "../src/bundle/source.ts";
import * as contract from "../src/contract.ts";
import { generator } from "../src/selection/shuffle.ts";
import { INITIAL } from "../src/selection/state.ts";
import { fromQuery, toQuery } from "../src/selection/url.ts";
import { DATASET, DATASET_PATH, digest, ID, INDEX, PREDICTIONS, ROOT, sealed, tiny } from "./tiny.ts";

Error.stackTraceLimit = 0; // a million refusals, and no stack is read
const INPUTS = 200_000 * Number(process.env.FACTOR ?? 1);
const OURS = new Set(["Refusal", "Unreadable", "Missing"]);
const WORDS = [
  "null",
  "true",
  "0",
  "-1",
  "1e999",
  "NaN",
  "9007199254740993",
  "1152921504606846976",
  "0.5",
  '""',
  "[]",
  "{}",
  "[[",
  "]",
  "}",
  ",",
  ":",
  '"',
  "\\",
  "\\ud800",
  "\\u0000",
  '"__proto__":{"polluted":1},',
  '"constructor":{"prototype":{"polluted":1}},',
  '"toString":1,',
  '"schema_version":2,',
  '"length":4294967295,',
  "\u202e",
  "<img src=x onerror=alert(1)>",
];
const LEAVES: unknown[] = [
  null,
  true,
  false,
  0,
  1,
  -1,
  0.5,
  2 ** 53,
  2 ** 60,
  -0,
  1e308,
  "",
  "a",
  "__proto__",
  "constructor",
  "../x",
  "\ud800",
  "\u202e",
  "x".repeat(600),
  "AAAA",
  "====",
  "0".repeat(64),
  [],
  {},
  [[]],
  [0, 1],
  [null],
  { length: 3 },
  ID,
  "softmax",
  2,
  255,
  256,
  [0.25, 0.75],
  JSON.parse('{"__proto__": {"polluted": 1}}'),
];

type Random = () => number;
const pick = <T>(random: Random, from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;

function breakText(random: Random, text: string): string {
  for (let n = 1 + Math.floor(random() * 3); n > 0; n--) {
    const start = Math.floor(random() * (text.length + 1));
    const end = start + Math.floor(random() ** 2 * 12);
    const how = Math.floor(random() * 5);
    if (how === 0)
      text = text.slice(0, start) + String.fromCharCode(32 + Math.floor(random() * 96)) + text.slice(start + 1);
    else if (how === 1) text = text.slice(0, start) + pick(random, WORDS) + text.slice(start);
    else if (how === 2) text = text.slice(0, start) + pick(random, WORDS) + text.slice(end);
    else if (how === 3) text = text.slice(0, start) + text.slice(end);
    else text = text.slice(0, end) + text.slice(start);
  }
  return text;
}

interface Place {
  holder: Record<string, unknown>;
  key: string;
}
function placesOf(value: unknown): Place[] {
  if (typeof value !== "object" || value === null) return [];
  const holder = value as Record<string, unknown>;
  return Object.keys(holder).flatMap((key) => [{ holder, key }, ...placesOf(holder[key])]);
}

/** Changes one place, calls, and puts it back. */
function withBroken(random: Random, places: Place[], call: () => void): void {
  const { holder, key } = pick(random, places);
  const old = holder[key];
  const extra = random() < 0.1 ? pick(random, ["__proto__x", "constructor", "toString", "", "9"]) : null;
  const isList = Array.isArray(holder);
  if (extra !== null && !isList) holder[extra] = old;
  else if (!isList && random() < 0.1) delete holder[key];
  else holder[key] = pick(random, LEAVES);
  call();
  if (extra !== null && !isList && extra !== key) delete holder[extra];
  holder[key] = old;
}

/** Calls, and fails for every error that is not the page's own; whether it was taken. */
function tolerate(call: () => void, shown: () => string): boolean {
  try {
    call();
    return true;
  } catch (error) {
    if (!(error instanceof Error) || !OURS.has(error.name))
      assert.fail(`${String(error)} from ${shown().slice(0, 2000)}`);
    return false;
  }
}

const PROTOTYPES = [Object.prototype, Array.prototype, Map.prototype, String.prototype, Function.prototype];
const CLEAN = PROTOTYPES.map((each) => Reflect.ownKeys(each).length);
function assertNothingPolluted(): void {
  assert.equal(({} as Record<string, unknown>).polluted, undefined);
  assert.deepEqual(
    PROTOTYPES.map((each) => Reflect.ownKeys(each).length),
    CLEAN,
  );
}

const FILES = tiny();
const SUMMARY = decode(JSON.stringify(FILES["run_summary.json"]), "run_summary.json", contract.runSummary, []);
type Any = (value: never, summary: contract.RunSummary) => unknown;
const READERS: [string, Published<unknown>, Any, unknown][] = [
  ["run_summary.json", contract.runSummary, (value) => value, FILES["run_summary.json"]],
  ["metrics.json", contract.metrics, agreements.metrics, FILES["metrics.json"]],
  ["holdout.json", contract.holdout, agreements.holdout, FILES["holdout.json"]],
  ["predictions.json", contract.predictions, agreements.predictions, PREDICTIONS],
  ["loss_curve.json", contract.lossCurve, agreements.curve, FILES["loss_curve.json"]],
  ["epoch_snapshots.json", contract.epochSnapshots, agreements.snapshots, FILES["epoch_snapshots.json"]],
  ["model.json", contract.model, agreements.network, FILES["model.json"]],
  ["a data set", contract.dataset, agreements.images, DATASET],
  ["manifest.json", contract.manifest, (value) => value, sealed(tiny()).manifest],
  ["index.json", contract.index, (value) => value, INDEX],
];

for (const [name, checks, agree, good] of READERS) {
  test(`${name}: ${INPUTS} broken ones are taken or refused in the page's words`, () => {
    const random = generator(name.length + 11);
    const text = JSON.stringify(good);
    const version = (good as { schema_version: number }).schema_version;
    const value = structuredClone(good);
    const places = placesOf(value);
    const read = (given: string): unknown => agree(decode(given, name, checks, []) as never, SUMMARY);
    let taken = 0;
    for (let i = 0; i < INPUTS; i++) {
      if (i % 2) {
        const broken = breakText(random, text);
        taken += Number(
          tolerate(
            () => read(broken),
            () => broken,
          ),
        );
      } else
        withBroken(
          random,
          places,
          () =>
            (taken += Number(
              tolerate(
                () => agree(checks[version]?.(value, name) as never, SUMMARY),
                () => JSON.stringify(value),
              ),
            )),
        );
    }
    read(text);
    assert.deepEqual(value, good);
    assert.ok(taken > INPUTS / 1000 && taken < INPUTS * 0.9, String(taken));
    assertNothingPolluted();
  });
}

test(`a run: ${INPUTS / 100} with a broken file, its hash made to fit, load or are refused in the page's words`, async () => {
  const random = generator(5);
  const names = Object.keys(FILES);
  let shown = 0;
  for (let i = 0; i < INPUTS / 100; i++) {
    const { manifest, texts } = sealed(FILES);
    const name = pick(random, names);
    const all: Record<string, string> = { [DATASET_PATH]: JSON.stringify(DATASET) };
    for (const [each, text] of Object.entries(texts))
      all[`${ROOT}/${each}`] = each === name ? breakText(random, text) : text;
    (manifest.files as Record<string, unknown>)[name] = {
      bytes: 1,
      sha256: await digest(all[`${ROOT}/${name}`] ?? ""),
    };
    all[`${ROOT}/manifest.json`] = i % 3 ? JSON.stringify(manifest) : breakText(random, JSON.stringify(manifest));
    const source: Source = {
      kind: "http",
      read: (path) =>
        Object.hasOwn(all, path) ? Promise.resolve(all[path] as string) : Promise.reject(new Missing(path)),
    };
    try {
      await loadRun(source, ROOT, digest);
      shown++;
    } catch (error) {
      assert.ok(
        error instanceof Error && OURS.has(error.name),
        `${String(error)}: ${JSON.stringify(all).slice(0, 3000)}`,
      );
    }
  }
  assert.ok(shown > INPUTS / 1000, String(shown));
  assertNothingPolluted();
});

test(`?artifacts=: ${INPUTS} addresses lead to a directory near the page or are refused`, () => {
  const random = generator(9);
  const words = [
    "artifacts",
    "=",
    "&",
    "?",
    "%",
    "../",
    "/",
    "//",
    "\\",
    "%2e",
    "%2f",
    "%00",
    "a",
    "A0",
    ".",
    "-",
    "_",
    ":",
    "@",
    "#",
    " ",
    "+",
    "https:",
    "file:",
    "javascript:",
    "é",
    "\ud800",
    "\u0000",
  ];
  const bases = [
    "https://here.example/1/2/3/4/page/index.html",
    "http://127.0.0.1:8000/index.html",
    "file:///home/me/a/b/c/index.html",
    "file:///C:/x/index.html",
  ].map((each) => new URL(each));
  let taken = 0;
  for (let i = 0; i < INPUTS; i++) {
    const search = `?artifacts=${Array.from({ length: 1 + Math.floor(random() * 7) }, () => pick(random, words)).join("")}`;
    const wanted = wantedPath(search, "home");
    if (wanted.kind === "refused") continue;
    taken++;
    assert.ok(isPlainPath(wanted.path), search);
    for (const base of bases) {
      const url = new URL(wanted.path, base);
      assert.equal(
        url.protocol + url.host + url.search + url.hash + url.username + url.password,
        base.protocol + base.host,
        search,
      );
    }
  }
  assert.ok(taken > INPUTS / 100, String(taken));
});

const NAMES = Object.keys(INITIAL).join();
test(`the view in the address: ${INPUTS} texts give a selection that can be written and read again`, () => {
  const random = generator(13);
  const words = [
    "true",
    "pred",
    "split",
    "show",
    "conf",
    "order",
    "seed",
    "sample",
    "epoch",
    "cells",
    "diagonal",
    "curve",
    "scale",
    "vs",
    "=",
    "=",
    "=",
    "&",
    "&",
    "?",
    "%",
    "9",
    "0",
    "-",
    ".",
    "1-99",
    "holdout",
    "log",
    "__proto__",
    "constructor",
    "\u0000",
    "é",
    ID,
    "99999999999",
  ];
  for (let i = 0; i < INPUTS; i++) {
    const { selection, ignored } = fromQuery(Array.from({ length: 12 }, () => pick(random, words)).join(""));
    assert.equal(Object.keys(selection).join(), NAMES);
    if (i % 10 === 0)
      assert.deepEqual(fromQuery(toQuery("a", selection)), { selection, ignored: [], foreign: [] }, ignored.join());
  }
  assertNothingPolluted();
});

test("an index is read through its loader like any other", async () => {
  const random = generator(17);
  for (let i = 0; i < INPUTS / 100; i++) {
    const text = breakText(random, JSON.stringify(INDEX));
    await loadIndex({ kind: "http", read: () => Promise.resolve(text) }, "a").catch((error: unknown) =>
      assert.ok(error instanceof Error && OURS.has(error.name), String(error)),
    );
  }
});

const BOMBS: [string, string][] = [
  ["a million levels", `{"a":${"[".repeat(1_000_000)}`],
  ["closed levels", `{"schema_version":1,"generation":${"[".repeat(5000)}${"]".repeat(5000)}}`],
  ["millions of lists", `{"schema_version":1,"generation":1,"latest":null,"runs":[${"[],".repeat(1_000_000)}[]]}`],
  ["two to the sixtieth", '{"schema_version":1,"generation":1152921504606846976,"latest":null,"runs":[]}'],
  ["a number that overflows", '{"schema_version":1,"generation":1e999,"latest":null,"runs":[]}'],
  ["not a number", '{"schema_version":1,"generation":NaN,"latest":null,"runs":[]}'],
  ["nothing", ""],
  ["a byte order mark", '\ufeff{"schema_version":1,"generation":1,"latest":null,"runs":[]}'],
];
for (const [what, text] of BOMBS) {
  test(`${what} in an index is refused in the page's words`, async () => {
    await assert.rejects(loadIndex({ kind: "http", read: () => Promise.resolve(text) }, "a"), (error: Error) =>
      OURS.has(error.name),
    );
  });
}
