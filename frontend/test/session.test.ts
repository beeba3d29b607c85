import assert from "node:assert/strict";
import { test } from "node:test";
import { Refusal } from "../src/bundle/check.ts";
import { loadIndex, loadRun } from "../src/bundle/load.ts";
import type { Place } from "../src/bundle/place.ts";
import { Missing, type Source, Unreadable } from "../src/bundle/source.ts";
import {
  addressOf,
  comparedWith,
  failure,
  moveTo,
  renewal,
  type Session,
  shownInBar,
  whereRunsAppear,
} from "../src/selection/session.ts";
import { INITIAL } from "../src/selection/state.ts";
import { digest, ID, INDEX, ROOT, sealed, tiny } from "./tiny.ts";

const { manifest, texts } = sealed(tiny());
const FILES: Record<string, string> = { [`${ROOT}/manifest.json`]: JSON.stringify(manifest) };
for (const [name, text] of Object.entries(texts)) FILES[`${ROOT}/${name}`] = text;

const source = (kind: Source["kind"] = "http"): Source => ({
  kind,
  read: (path) => (path in FILES ? Promise.resolve(FILES[path] as string) : Promise.reject(new Missing(path))),
});
async function indexOf(generation: number): Promise<Place["index"]> {
  const text = JSON.stringify({ ...INDEX, generation });
  return loadIndex({ kind: "http", read: () => Promise.resolve(text) }, "artifacts");
}
const run = await loadRun(source(), ROOT, digest);
const PLACE: Place = { index: await indexOf(3), run, follows: true };
const session = (more: Partial<Session> = {}): Session => ({
  source: source(),
  path: "artifacts",
  forced: false,
  place: PLACE,
  ...more,
});

test("the bar shows the run with its model, accuracy and day, or that there is none", () => {
  const shown = shownInBar(session({ forced: true }), "20261120-000000-other");
  assert.deepEqual(
    { ...shown, index: null },
    {
      index: null,
      title: "tiny",
      detail: "logistic · 50.0 % · 22 Nov",
      current: ID,
      compared: "20261120-000000-other",
      follows: true,
      forced: true,
    },
  );
  assert.equal(shownInBar(null, null).title, "No run");
  const empty = shownInBar(session({ place: { ...PLACE, run: null } }), null);
  assert.deepEqual([empty.title, empty.current, empty.index], ["No run", null, PLACE.index]);
});

test("nothing where the page itself looks is a beginning; nothing where an address or a folder leads is a mistake", () => {
  const nothing = new Missing("artifacts/manifest.json");
  assert.equal(failure(nothing, session()), "empty");
  assert.equal(failure(nothing, session({ forced: true })), "missing");
  assert.equal(failure(nothing, session({ source: source("folder") })), "missing");
  assert.equal(failure(new Refusal("a", "b", 1), session()), "unreadable");
  assert.equal(failure(new Unreadable("a", "b", "c"), session({ forced: true })), "unreadable");
  assert.equal(failure(new TypeError("a mistake of ours"), session()), "crashed");
});

test("a move to a run ends what belongs to the run before, and the comparison with itself", () => {
  const selection = { ...INITIAL, compared: ID, sample: 3, epoch: 1 };
  assert.deepEqual(moveTo(session(), ID, selection, "artifacts"), {
    path: ROOT,
    forced: true,
    ends: { sample: null, epoch: null, among: [], compared: null },
  });
  assert.deepEqual(moveTo(session(), null, selection, "artifacts"), {
    path: "artifacts",
    forced: false,
    ends: { sample: null, epoch: null, among: [] },
  });
  assert.equal(moveTo(session(), null, selection, "elsewhere")?.forced, true);
  assert.equal(moveTo(session({ place: { ...PLACE, index: null } }), ID, selection, "artifacts"), null);
});

test("a run is compared with another of the same index only", () => {
  assert.equal(comparedWith(session(), "20261120-000000"), "artifacts/20261120-000000");
  assert.equal(comparedWith(session(), ID), null);
  assert.equal(comparedWith(session(), null), null);
  assert.equal(comparedWith(session({ place: { ...PLACE, index: null } }), "20261120-000000"), null);
});

test("the address holds the view; the path only where the address chose it, and a folder has no address", () => {
  const selection = { ...INITIAL, sample: 3 };
  assert.equal(addressOf(session(), selection), "?sample=3");
  assert.equal(addressOf(session({ forced: true }), selection), "?artifacts=artifacts&sample=3");
  assert.equal(addressOf(session({ forced: true }), selection, ["lang=de"]), "?artifacts=artifacts&sample=3&lang=de");
  assert.equal(addressOf(session({ source: source("folder") }), selection), null);
});

test("new runs are looked for where they can appear", () => {
  assert.equal(whereRunsAppear(session({ path: ROOT }), false), "artifacts");
  assert.equal(whereRunsAppear(session({ place: null }), false), "artifacts");
  assert.equal(whereRunsAppear(session({ place: { ...PLACE, index: null } }), false), null);
  assert.equal(whereRunsAppear(session(), true), null);
  assert.equal(whereRunsAppear(session({ source: source("folder") }), false), null);
});

test("a new run takes the page only where the latest was followed", async () => {
  const fresh = await indexOf(4);
  assert.equal(renewal(session(), PLACE.index), "none");
  assert.equal(renewal(session(), null), "none");
  assert.equal(renewal(session(), fresh), "next");
  assert.equal(renewal(session({ place: { ...PLACE, follows: false } }), fresh), "list");
  assert.equal(renewal(session({ place: { index: null, run: null, follows: true } }), fresh), "first");
});
