import assert from "node:assert/strict";
import { test } from "node:test";
import { startIn } from "../src/sources/folder.ts";

const run = (directory: string): string[] =>
  ["manifest.json", "run_summary.json"].map((name) => `${directory}/${name}`);
const [OLD, NEW] = ["20251122-191612-old", "20261122-191612-new"];

const CASES: [string, string[], string | null][] = [
  ["a run itself", run(NEW), NEW],
  ["an artifacts root", [...run(`a/${OLD}`), ...run(`a/${NEW}`), ...run("a/latest"), "a/index.json"], "a"],
  ["what stands around the root", ["p/index.html", ...run(`p/a/${NEW}`), "p/a/index.json"], "p/a"],
  ["an unpacked ZIP in a folder of its own", ["z/z/a/index.json", ...run(`z/z/a/${NEW}`)], "z/z/a"],
  ["runs without an index", [...run(`b/${NEW}`), ...run(`b/${OLD}`), ...run("b/latest")], `b/${NEW}`],
  ["runs in several folders", [...run(`c/x/${NEW}`), ...run(`c/y/${OLD}`)], `c/x/${NEW}`],
  ["runs in folders that sort the other way", [...run(`c/x/${OLD}`), ...run(`c/y/${NEW}`)], `c/y/${NEW}`],
  [
    "roots side by side",
    ["g/x/index.json", ...run(`g/x/${NEW}`), "g/y/index.json", ...run(`g/y/${OLD}`), ...run("g/y/latest")],
    "g/x",
  ],
  ["a flat run among a project's files", ["d/index.json", "d/manifest.json", ...run("d/out")], "d/out"],
  [
    "the nearest of two roots",
    ["e/x/y/index.json", ...run(`e/x/y/${NEW}`), "e/z/index.json", ...run(`e/z/${OLD}`)],
    "e/z",
  ],
  ["a manifest of something else", ["f/manifest.json", "f/index.json", "f/app/index.json"], null],
  ["nothing", [], null],
];
for (const [what, paths, wanted] of CASES)
  test(`the folder picker finds the run in ${what}`, () => {
    assert.equal(startIn(paths), wanted);
    assert.equal(startIn([...paths].reverse()), wanted);
  });
