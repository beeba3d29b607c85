import assert from "node:assert/strict";
import { test } from "node:test";
import { datasetPath, loadIndex, loadRun } from "../src/bundle/load.ts";
import { index } from "../src/bundle/payloads.ts";
import { Missing, type Source } from "../src/bundle/source.ts";
import { DATASET, digest, type Files, floats, ID, ROOT, sealed, sha, tiny } from "./tiny.ts";

function source(texts: Record<string, string>, kind: Source["kind"] = "http"): Source {
  return {
    kind,
    read: (path) =>
      Object.hasOwn(texts, path) ? Promise.resolve(texts[path] as string) : Promise.reject(new Missing(path)),
  };
}

function served(files: Files = tiny(), change: (texts: Record<string, string>) => void = () => undefined): Source {
  const { manifest, texts } = sealed(files);
  const all: Record<string, string> = {
    [`${ROOT}/manifest.json`]: JSON.stringify(manifest),
    "artifacts/datasets/pets-aaaaaaaaaaaa.json": JSON.stringify(DATASET),
  };
  for (const [name, text] of Object.entries(texts)) all[`${ROOT}/${name}`] = text;
  change(all);
  return source(all);
}

const load = (from: Source) => loadRun(from, ROOT, digest);

test("a whole run is read, every file verified", async () => {
  const run = await load(served());
  for (const part of [run.metrics, run.holdout, run.curve, run.snapshots, run.network, run.images])
    assert.equal(part.state, "ok");
  assert.equal(run.predictions.state, "absent");
  assert.ok(run.files.every((file) => file.verified === "match"));
  assert.deepEqual(run.notices, []);
});

test("the twin of a run says the same as its files", async () => {
  const { manifest, texts } = sealed(tiny());
  const twin = source(
    {
      [`${ROOT}/bundle.json`]: JSON.stringify({ manifest, files: texts }),
      "artifacts/datasets/pets-aaaaaaaaaaaa.json": JSON.stringify(DATASET),
    },
    "file",
  );
  const [local, remote] = [await load(twin), await load(served())];
  assert.deepEqual(local, remote);
});

test("a changed byte is damage, named with what was expected, and hides no other file", async () => {
  const run = await load(served(tiny(), (texts) => (texts[`${ROOT}/metrics.json`] += " ")));
  assert.ok(
    run.metrics.state === "damaged" && /metrics\.json: expected sha256 [0-9a-f]{12}…/.test(run.metrics.problem),
    JSON.stringify(run.metrics),
  );
  assert.equal(run.files.find((file) => file.name === "metrics.json")?.verified, "damaged");
  assert.equal(run.curve.state, "ok");
});

test("a missing file, a missing data set and a file without JSON are three different things", async () => {
  const run = await load(
    served(tiny(), (texts) => {
      delete texts[`${ROOT}/holdout.json`];
      delete texts["artifacts/datasets/pets-aaaaaaaaaaaa.json"];
    }),
  );
  assert.ok(
    run.holdout.state === "damaged" && run.holdout.problem.includes("holdout.json: expected a file, got nothing"),
  );
  assert.equal(run.images.state, "absent");
  const broken = { ...tiny() };
  const { manifest, texts } = sealed(broken);
  texts["model.json"] = "{";
  (manifest.files as Record<string, Files>)["model.json"] = { bytes: 1, sha256: sha("{") };
  const all = Object.fromEntries(
    Object.entries({ ...texts, "manifest.json": JSON.stringify(manifest) }).map(([name, text]) => [
      `${ROOT}/${name}`,
      text,
    ]),
  );
  const half = await load(source(all));
  assert.ok(half.network.state === "damaged" && half.network.problem.startsWith("model.json: expected JSON"));
});

const broken: [
  string,
  (files: Record<string, Record<string, unknown>>) => void,
  keyof Awaited<ReturnType<typeof load>>,
  RegExp,
][] = [
  [
    "an accuracy above one",
    (files) => (files["metrics.json"]!.accuracy = 1.2),
    "metrics",
    /metrics\.json\.accuracy: expected a number in 0\.\.1, got 1\.2/,
  ],
  [
    "a matrix of another size",
    (files) =>
      (files["metrics.json"]!.confusion_matrix = [
        [1, 0, 0],
        [1, 0, 0],
      ]),
    "metrics",
    /confusion_matrix\[0\]: expected a list of 2/,
  ],
  [
    "a label that is no class",
    (files) => (files["holdout.json"]!.true_labels = [0, 2]),
    "holdout",
    /true_labels\[1\]: expected 0\.\.1, got 2/,
  ],
  [
    "a sample that is not in the data set",
    (files) => (files["holdout.json"]!.sample_ids = [0, 3]),
    "holdout",
    /sample_ids\[1\]/,
  ],
  ["a sample twice", (files) => (files["holdout.json"]!.sample_ids = [2, 2]), "holdout", /each sample once/],
  ["epochs that do not count from one", (files) => (files["loss_curve.json"]!.epochs = [0, 1]), "curve", /epochs/],
  [
    "weights of another size",
    (files) => (files["epoch_snapshots.json"]!.first_layer_weights = [floats(1)]),
    "snapshots",
    /expected 16 bytes, got/,
  ],
  [
    "weights that are not finite",
    (files) => ((files["model.json"]!.layers as Files[])[0]!.bias = floats(0, NaN)),
    "network",
    /bias\[1\]: expected a finite number/,
  ],
];
for (const [what, spoil, key, message] of broken) {
  test(`${what} is damage that names the field`, async () => {
    const files = structuredClone(tiny()) as Record<string, Record<string, unknown>>;
    spoil(files);
    const part = (await load(served(files)))[key] as { state: string; problem: string };
    assert.equal(part.state, "damaged");
    assert.match(part.problem, message);
  });
}

test("a newer schema is read as far as it is understood, and said so", async () => {
  const files = tiny();
  files["metrics.json"] = { ...(files["metrics.json"] as Files), schema_version: 2, novelty: 1 };
  files["model.json"] = { schema_version: 2, tensors: [] };
  const run = await load(served(files));
  assert.equal(run.metrics.state, "ok");
  assert.match(run.notices.join(), /newer version \(schema 2\).*: metrics\.json/);
  assert.ok(
    run.network.state === "damaged" &&
      /model\.json \(schema 2, this page knows 1\).*try a newer page/.test(run.network.problem),
  );
});

test("without its summary there is no run to show", async () => {
  const files = tiny();
  delete files["run_summary.json"];
  await assert.rejects(load(served(files)), /run_summary\.json: expected the file every run has/);
});

test("files of another run are not mixed in", async () => {
  const files = tiny();
  files["run_summary.json"] = { ...(files["run_summary.json"] as Files), run_id: "20261122-191612-other" };
  await assert.rejects(load(served(files)), /run_id/);
});

test("a manifest cannot name a file outside its directory", async () => {
  const { manifest, texts } = sealed(tiny());
  const read: string[] = [];
  for (const name of ["../secret.json", "/etc/x.json", "a/b.json", "https://evil/x.json", "x.js"])
    (manifest.files as Files)[name] = { bytes: 1, sha256: "0".repeat(64) };
  const all: Record<string, string> = { [`${ROOT}/manifest.json`]: JSON.stringify(manifest) };
  for (const [name, text] of Object.entries(texts)) all[`${ROOT}/${name}`] = text;
  const spy: Source = {
    kind: "http",
    read(path, limit) {
      read.push(path);
      return source(all).read(path, limit);
    },
  };
  await load(spy);
  assert.deepEqual(
    read.filter((path) => /secret|etc|evil|\/b\.json|\.js$/.test(path)),
    [],
  );
});

test("keys of a hostile object are keys like any other", async () => {
  const files = tiny();
  const summary = files["run_summary.json"] as Record<string, unknown>;
  summary.config = JSON.parse('{"__proto__": 1, "constructor": "x"}') as unknown;
  const run = await load(served(files));
  assert.deepEqual([...run.summary.config.keys()], ["__proto__", "constructor"]);
});

test("a manifest that is not the index's is said", async () => {
  const entry = { run_id: ID, manifest_sha256: "0".repeat(64) } as never;
  const run = await loadRun(served(), ROOT, digest, entry);
  assert.match(run.notices.join(), /manifest\.json is not the one index\.json lists/);
});

test("where nothing can be hashed the page says so instead of ✓", async () => {
  const run = await loadRun(served(), ROOT, () => Promise.resolve(null));
  assert.ok(run.files.every((file) => file.verified === "unverified"));
  assert.equal(run.metrics.state, "ok");
});

test("an index is checked field by field", async () => {
  const good = { schema_version: 1, generation: 1, latest: null, runs: [] };
  assert.equal((await loadIndex(source({ "a/index.json": JSON.stringify(good) }), "a")).index.runs.length, 0);
  await assert.rejects(
    loadIndex(source({ "a/index.json": JSON.stringify({ ...good, latest: "../x" }) }), "a"),
    /a\/index\.json\.latest: expected a run id/,
  );
  await assert.rejects(
    loadIndex(source({ "a/index.json": '{"schema_version": "1"}' }), "a"),
    /schema_version: expected 1/,
  );
});

test("the data set lies beside the runs, or in the directory of a run without a history", () => {
  const summary = { run_id: ID, dataset: { file: "d.json" } } as never;
  assert.equal(datasetPath("../x/run", summary), "../x/datasets/d.json");
  assert.equal(datasetPath("run", summary), "datasets/d.json");
  assert.equal(
    datasetPath("my/run", { run_id: null, dataset: { file: "dataset.json" } } as never),
    "my/run/dataset.json",
  );
});

test("an index may say that a run was interrupted, and how a replay of it came out", () => {
  const run = {
    run_id: ID,
    label: null,
    created: "2026-11-22T19:16:12Z",
    model: "mlp",
    channels: [],
    hidden_sizes: [],
    parameters: 6,
    accuracy: 1,
    macro_f1: 1,
    synthetic: false,
    diverged: false,
    manifest_sha256: "a".repeat(64),
  };
  const replay = {
    replayed: "2026-11-25T10:00:00Z",
    tier: "within seed noise",
    promised: "within seed noise",
    held: true,
    differs: ["blas_kernel"],
  };
  const read = (more: object): unknown =>
    index({ generation: 1, latest: ID, runs: [{ ...run, ...more }] }, "index").runs[0];
  assert.deepEqual({ ...(read({}) as object) }, { ...run, interrupted: undefined, replay: undefined });
  assert.deepEqual({ ...(read({ interrupted: true, replay }) as { replay: object }).replay }, replay);
  assert.throws(
    () => read({ replay: { ...replay, tier: "good" } }),
    /index\.runs\[0\]\.replay\.tier: expected one of bit-identical, /,
  );
  assert.throws(() => read({ interrupted: "yes" }), /interrupted: expected true or false, got "yes"/);
});
