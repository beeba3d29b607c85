import assert from "node:assert/strict";
import { test } from "node:test";
import { LIMITS } from "../src/bundle/limits.ts";
import { datasetPath, loadIndex, loadRun } from "../src/bundle/load.ts";
import { Missing, type Source } from "../src/bundle/source.ts";
import { index } from "../src/contract.ts";
import { DATASET, DATASET_PATH, digest, type Files, floats, ID, INDEX, ROOT, sealed, sha, tiny } from "./tiny.ts";

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
    [DATASET_PATH]: JSON.stringify(DATASET),
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
      [DATASET_PATH]: JSON.stringify(DATASET),
    },
    "file",
  );
  const [local, remote] = [await load(twin), await load(served())];
  assert.equal(local.texts?.manifestSha, null); // a twin has not the manifest's own bytes
  local.texts.manifestSha = remote.texts?.manifestSha ?? null;
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
      delete texts[DATASET_PATH];
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
  const constant = { label: 0, accuracy: 0.5 };
  const baselines = { commonest_class: constant, nearest_neighbour: { accuracy: null, reason: "none" } };
  files["metrics.json"] = { ...(files["metrics.json"] as Files), schema_version: 3, baselines, novelty: 1 };
  files["model.json"] = { schema_version: 3, tensors: [] };
  const run = await load(served(files));
  assert.equal(run.metrics.state, "ok");
  assert.match(run.notices.join(), /newer version \(schema 3\).*: metrics\.json/);
  assert.ok(
    run.network.state === "damaged" &&
      /model\.json \(schema 3, this page knows 2\).*try a newer page/.test(run.network.problem),
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
  for (const name of ["../secret.json", "/etc/x.json", "a/b.json", "https://evil/x.json", "x.js", "__proto__"]) {
    const { manifest } = sealed(tiny());
    const text = JSON.stringify(manifest).replace('"metrics.json":', `${JSON.stringify(name)}:`);
    const read: string[] = [];
    const spy: Source = {
      kind: "http",
      read(path) {
        read.push(path);
        return Promise.resolve(text);
      },
    };
    await assert.rejects(load(spy), /a key of .*manifest\.json\.files: expected a file name/);
    assert.deepEqual(read, [`${ROOT}/manifest.json`]);
  }
});

test("keys of a hostile object are keys like any other", async () => {
  const files = tiny();
  const report = files["metrics.json"]?.classification_report as Files;
  const text = JSON.stringify(report).replace('"cat":', '"__proto__":').replace('"dog":', '"constructor":');
  (files["metrics.json"] as Files).classification_report = JSON.parse(text) as unknown;
  const { metrics } = await load(served(files));
  assert.ok(metrics.state === "ok");
  assert.deepEqual([...metrics.value.classification_report.keys()].sort(), [
    "__proto__",
    "accuracy",
    "constructor",
    "macro avg",
    "weighted avg",
  ]);
});

test("lengths are counted in characters, as the training side counts them", async () => {
  const labelled = async (label: string): Promise<string | null> => {
    const files = tiny();
    (files["run_summary.json"] as Files).label = label;
    return (await load(served(files))).summary.label;
  };
  for (const label of ["x".repeat(80), "😀".repeat(80)]) assert.equal(await labelled(label), label);
  for (const label of ["", "x".repeat(81), "😀".repeat(81), "two\nlines", "half \ud800"])
    await assert.rejects(labelled(label), /run_summary\.json\.label: expected one line of 1\.\.80 characters/);
});

test("an index of 100,000 runs opens", async () => {
  const [run] = INDEX.runs;
  const id = (number: number): string => `${ID.slice(0, 15)}-${"x".repeat(60)}-${number}`;
  const runs = Array.from({ length: 100_000 }, (_, number) => ({ ...run, run_id: id(number), label: "l".repeat(80) }));
  const text = JSON.stringify({ ...INDEX, latest: id(0), runs });
  assert.ok(text.length > 40_000_000 && text.length < LIMITS.index);
  const loaded = await loadIndex(source({ "a/index.json": text }), "a");
  assert.equal(loaded.index.runs.length, 100_000);
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
    index[1]?.({ generation: 1, latest: ID, runs: [{ ...run, ...more }] }, "index").runs[0];
  assert.deepEqual(
    { ...(read({}) as object) },
    { ...run, interrupted: undefined, sweep: undefined, replay: undefined, note: undefined },
  );
  assert.deepEqual({ ...(read({ interrupted: true, replay }) as { replay: object }).replay }, replay);
  assert.throws(
    () => read({ replay: { ...replay, tier: "good" } }),
    /index\.runs\[0\]\.replay\.tier: expected one of bit-identical, /,
  );
  assert.throws(() => read({ interrupted: "yes" }), /interrupted: expected true or false, got "yes"/);
});
