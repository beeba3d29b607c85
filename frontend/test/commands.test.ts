// Commands that the page shows, against a real shell.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { tools } from "../src/pages/tools.ts";
import { exportCommand, inRepository, NOWHERE, pathOf, quoted } from "../src/text/commands.ts";

Object.assign(globalThis, { tools }); // what the build hands to panels.js
const { shared } = await import("../src/below/shared.ts");
Object.assign(globalThis, { tools: { ...tools, ...shared } }); // and to runs.js
const { trainHere, wordsOf } = await import("../src/below/recorded.ts");
const { onTheSplitOf } = await import("../src/runs/split.ts");
const { originGroups } = await import("../src/runs/origins.ts");

const WORDS = ["a", "a b", "ä", "it's", '"', "$HOME", "`id`", "a\\b", "--x=y z", "*", "", "~", "(", "é ß 'q' \"d\""];

test("a shell takes a quoted word as it was", () => {
  const line = `printf '%s\\0' ${WORDS.map((word) => quoted(word)).join(" ")}`;
  assert.deepEqual(execFileSync("/bin/sh", ["-c", line], { encoding: "utf8" }).split("\0").slice(0, -1), WORDS);
});

test("a recorded command is taken apart as a shell does", () => {
  const recorded = WORDS.map((word) => quoted(word)).join(" ");
  assert.deepEqual(wordsOf(recorded), WORDS);
});

const file = (pathname: string) => ({ protocol: "file:", pathname });
const http = (pathname: string) => ({ protocol: "http:", pathname });

test("a page opened from a file knows its folder, also with spaces, umlauts and on Windows", () => {
  assert.equal(pathOf("artifacts/x", file("/home/a%20b/%C3%BC/index.html")), "'/home/a b/ü/artifacts/x'");
  assert.equal(pathOf("../runs/x", file("/home/me/page/index.html")), "/home/me/runs/x");
  assert.equal(pathOf("artifacts/x", file("/C:/Users/A%20B/page/index.html")), '"C:\\Users\\A B\\page\\artifacts\\x"');
  assert.equal(pathOf("artifacts/x", file("/C:/page/index.html")), "C:\\page\\artifacts\\x");
  assert.equal(pathOf("artifacts/x", file("/100%/index.html")), "/100%/artifacts/x");
  assert.equal(pathOf("artifacts/x", http("/index.html")), "artifacts/x");
});

const DEMO = "/r/examples/digit-classifier/web_demo/index.html";

test("in the repository the script trains that is there, and paths start at the repository", () => {
  assert.ok(inRepository(http(DEMO)) && inRepository(file(DEMO)) && inRepository(http(DEMO.replace("index.html", ""))));
  assert.ok(!inRepository(http("/index.html")));
  const recorded = "digit-classifier train --epochs 3 --run-label 'a b'";
  const flags = "--epochs 3 --run-label 'a b'";
  assert.equal(trainHere(recorded, http("/")), recorded);
  assert.equal(trainHere(recorded, http(DEMO)), `python examples/digit-classifier/run_demo.py ${flags}`);
  assert.equal(trainHere(recorded, file(DEMO)), `python /r/examples/digit-classifier/run_demo.py ${flags}`);
  assert.equal(trainHere(recorded, file("/C:/x/index.html")), 'digit-classifier train --epochs 3 --run-label "a b"');
  assert.equal(pathOf("artifacts/x", http(DEMO)), "examples/digit-classifier/web_demo/artifacts/x");
  assert.equal(trainHere("python seed_sample_artifacts.py", http(DEMO)), "python seed_sample_artifacts.py");
});

test("what is sent is a file of the run, and of the one beside it", () => {
  const where = file("/home/a%20b/index.html");
  assert.equal(
    exportCommand("artifacts/now", null, where),
    "digit-classifier export html '/home/a b/artifacts/now' -o report.html",
  );
  assert.equal(
    exportCommand("artifacts/now", "was", where),
    "digit-classifier export html '/home/a b/artifacts/now' -o report.html --compare '/home/a b/artifacts/was'",
  );
});

test("a folder that was opened by hand is named from beside it, wherever the page is", () => {
  assert.equal(pathOf("my runs/now", NOWHERE), "'my runs/now'");
  assert.equal(exportCommand("runs/now", null, NOWHERE), "digit-classifier export html runs/now -o report.html");
});

test("the other split is the other’s seed, size and kind, once each", () => {
  const config = (entries: Record<string, unknown>) => new Map(Object.entries({ split: "random", ...entries }));
  const on = (command: string, now: object, was: object): string | null =>
    onTheSplitOf(config({ ...was }), { command, config: config({ ...now }) });
  const [one, two] = [
    { random_state: 1, test_size: 0.2 },
    { random_state: 42, test_size: 0.2 },
  ];
  assert.equal(on("digit-classifier train", two, one), "digit-classifier train --seed 1");
  assert.equal(
    on("digit-classifier train --random-state 1 --run-label '--seed 3'", one, two),
    "digit-classifier train --run-label '--seed 3' --seed 42",
  );
  assert.equal(
    on("digit-classifier train --seed=1 --epochs 3", one, { random_state: 1, test_size: 0.5, split: "contiguous" }),
    "digit-classifier train --seed=1 --epochs 3 --test-size 0.5 --split contiguous",
  );
  assert.equal(on("digit-classifier train", one, one), null);
  assert.equal(on("", one, two), null);
  assert.equal(on("python seed_sample_artifacts.py", one, two), null);
});

test("settings are grouped by who chose them", () => {
  const origin = new Map([
    ["epochs", "--epochs"], // as a command records it
    ["test_size", "flag"],
    ["model", "preset mlp"],
    ["exact", "default"],
    ["split", "config.yaml"],
    ["seed", "argument"],
  ]);
  assert.deepEqual(
    originGroups([...origin.keys()], origin).map(({ title, chosen, keys }) => [title, chosen, keys]),
    [
      ["Chosen for this run", true, ["epochs", "test_size", "seed"]],
      ["From config.yaml", false, ["split"]],
      ["From the preset of the model, or defaults", false, ["model", "exact"]],
    ],
  );
  assert.deepEqual(
    originGroups(["a"], new Map()).map(({ title }) => title),
    ["All from the preset of the model, or defaults"],
  );
});
