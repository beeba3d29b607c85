import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { runInNewContext } from "node:vm";

const page = new URL("../../examples/digit-classifier/web_demo/", import.meta.url);
const codeOf = (name: string): string => readFileSync(new URL(name, page), "utf8");

for (const [name, door] of [
  ["panels.js", "openPanels"],
  ["runs.js", "openRuns"],
  ["lab.js", "openLab"],
] as const)
  test(`${name} registers one function at load and runs nothing else`, () => {
    const empty: Record<string, unknown> = {}; // no document, no window: whatever asks for one would throw
    runInNewContext(codeOf(name), empty);
    assert.deepEqual(Object.keys(empty), [door]);
    assert.equal(typeof empty[door], "function");
  });

test("panels.js takes the page's functions and gives panels for two places", () => {
  const page: { openPanels?: (tools: object) => Record<string, unknown> } = {};
  runInNewContext(codeOf("panels.js"), page);
  const tools = new Proxy({}, { get: () => () => undefined }); // its checks of files are made of them at once
  const { inspector, filters, tray, shared, ...places } = page.openPanels?.(tools) ?? {};
  assert.deepEqual(
    [inspector, filters, tray].map((each) => typeof each),
    ["function", "function", "function"],
  );
  assert.equal(typeof shared, "object");
  assert.deepEqual(Object.keys(places), ["learning", "insights"]);
  for (const makers of Object.values(places) as unknown[][])
    assert.ok(makers.every((make) => typeof make === "function"));
});

for (const [name, door, places] of [
  ["runs.js", "openRuns", ["experiment", "workflow"]],
  ["lab.js", "openLab", ["lab"]],
] as const)
  test(`${name} takes them, too, and gives the panels of ${places.join(" and ")}`, () => {
    const page: Record<string, (tools: object) => Record<string, unknown[]>> = {};
    runInNewContext(codeOf(name), page);
    const given = page[door]?.({ glossary: () => null, adopt: () => undefined }) ?? {};
    assert.deepEqual(Object.keys(given), places);
    for (const makers of Object.values(given))
      assert.ok(makers.length > 0 && makers.every((make) => typeof make === "function"));
  });
