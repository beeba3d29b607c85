import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { runInNewContext } from "node:vm";

const code = readFileSync(new URL("../../examples/digit-classifier/web_demo/lab.js", import.meta.url), "utf8");

test("lab.js registers one function at load and runs nothing else", () => {
  const empty: Record<string, unknown> = {}; // no document, no window: whatever asks for one would throw
  runInNewContext(code, empty);
  assert.deepEqual(Object.keys(empty), ["openLab"]);
  assert.equal(typeof empty.openLab, "function");
});

test("it takes the page's functions and gives panels for three sections", () => {
  const page: { openLab?: (tools: object) => Record<string, unknown[]> } = {};
  runInNewContext(code, page);
  const panels = page.openLab?.({}) ?? {};
  const { inspector, ...places } = panels;
  assert.equal(typeof inspector, "function");
  assert.deepEqual(Object.keys(places), ["learning", "insights", "experiment", "workflow"]);
  for (const makers of Object.values(places)) assert.ok(makers.every((make) => typeof make === "function"));
});
