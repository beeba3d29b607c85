// Reads an index, a run and its data set through a Source. Everything is checked before use.

import * as contract from "../contract.ts";
import { say } from "../text/language.ts";
import * as agreements from "./agreements.ts";
import { fields, integer, list, own, type Published, plain, Refusal } from "./check.ts";
import { LIMITS } from "./limits.ts";
import { join, parent } from "./path.ts";
import { decode } from "./published.ts";
import type { Described, FileStatus, IndexEntry, Part, Run, Texts } from "./run.ts";
import { type Digest, Missing, parseJson, type Source, Unreadable } from "./source.ts";

export type Segment = NonNullable<contract.Index["segments"]>[number];

export interface LoadedIndex {
  root: string;
  index: contract.Index;
  notices: string[];
  count: number; // of all runs; index.runs has the newest, and what was read of the others
  older: Segment[]; // not read yet
  source: Source;
}

export async function loadIndex(source: Source, root: string): Promise<LoadedIndex> {
  const path = join(root, "index.json");
  const notices: string[] = [];
  const index = decode(await source.read(path, LIMITS.index), path, contract.index, notices);
  return {
    root,
    index,
    notices,
    count: index.count ?? index.runs.length,
    older: index.segments ?? [],
    source,
  };
}

/** The runs of a segment, which come after those of the index. */
export async function olderRuns({ source, root, notices }: LoadedIndex, { file }: Segment): Promise<IndexEntry[]> {
  return decode(await source.read(join(root, file), LIMITS.json), file, contract.indexSegment, notices).runs;
}

/** A run with every file checked against its manifest. Throws only when there is no run to show. */
export async function loadRun(source: Source, directory: string, digest: Digest, entry?: IndexEntry): Promise<Run> {
  const notices: string[] = [];
  const read =
    source.kind === "file"
      ? await readTwin(source, directory, notices)
      : await readFiles(source, directory, digest, notices);
  if (entry && read.manifestSha !== null && read.manifestSha !== entry.manifest_sha256) {
    notices.push(
      say("notice.unlisted", {
        file: join(directory, "manifest.json"),
        digest: entry.manifest_sha256.slice(0, 12),
      }),
    );
  }
  const statuses = await verify(read, digest);
  const summary = required(part(read, "run_summary.json", contract.runSummary, (value) => value, notices));
  if (summary.run_id !== read.manifest.run_id)
    throw new Refusal("run_summary.json.run_id", String(read.manifest.run_id), summary.run_id);
  const images = loadImages(source, datasetPath(directory, summary), summary, notices); // read while the rest is checked
  const check = <T, U>(
    name: string,
    checks: Published<T>,
    agree: (value: T, summary: contract.RunSummary) => U,
  ): Part<U> => part(read, name, checks, (value) => agree(value, summary), notices);
  const run: Run = {
    directory,
    id: summary.run_id,
    summary,
    manifest: read.manifest,
    metrics: check("metrics.json", contract.metrics, agreements.metrics),
    predictions: check("predictions.json", contract.predictions, agreements.predictions),
    holdout: check("holdout.json", contract.holdout, agreements.holdout),
    curve: check("loss_curve.json", contract.lossCurve, agreements.curve),
    snapshots: check("epoch_snapshots.json", contract.epochSnapshots, agreements.snapshots),
    network: check("model.json", contract.model, agreements.network),
    images: await images,
    files: statuses,
    texts: read,
    notices,
  };
  for (const status of run.files) if (read.problems.has(status.name)) status.verified = "damaged";
  return run;
}

/** The data set's file, as the page shows it. */
export function datasetFile(summary: contract.RunSummary): string {
  return summary.run_id === null ? summary.dataset.file : `datasets/${summary.dataset.file}`;
}

export function datasetPath(directory: string, summary: contract.RunSummary): string {
  const file = summary.dataset.file;
  return summary.run_id === null ? join(directory, file) : join(join(parent(directory), "datasets"), file);
}

export async function loadImages(
  source: Source,
  path: string,
  summary: Described,
  notices: string[],
): Promise<Run["images"]> {
  try {
    const dataset = decode(await source.read(path, LIMITS.dataset), path, contract.dataset, notices);
    return {
      state: "ok",
      value: await agreements.unpacked(agreements.images(dataset, summary), await keptOf(source, path)),
    };
  } catch (error) {
    return error instanceof Missing ? { state: "absent" } : { state: "damaged", problem: message(error) };
  }
}

const ids = list(integer(0), 0, 1_000_000);

/** The samples that an exported page has of a large data set; null where it has all. */
async function keptOf(source: Source, path: string): Promise<ReadonlySet<number> | null> {
  if (source.kind !== "embedded") return null;
  try {
    return new Set(ids(parseJson(await source.read(`${path}.kept`, LIMITS.dataset), path), `${path}.kept`));
  } catch (error) {
    if (error instanceof Missing) return null;
    throw error;
  }
}

async function readFiles(source: Source, directory: string, digest: Digest, notices: string[]): Promise<Texts> {
  const path = join(directory, "manifest.json");
  const text = await source.read(path, LIMITS.manifest);
  const manifest = decode(text, path, contract.manifest, notices);
  const texts = new Map<string, string>();
  const problems = new Map<string, string>();
  await Promise.all(
    jsonNames(manifest).map(async (name) => {
      try {
        texts.set(name, await source.read(join(directory, name), LIMITS.json));
      } catch (error) {
        problems.set(name, message(error));
      }
    }),
  );
  return { manifest, manifestSha: await digest(text), texts, problems };
}

const twin = fields({ manifest: plain, files: plain });

async function readTwin(source: Source, directory: string, notices: string[]): Promise<Texts> {
  const path = join(directory, "bundle.json"); // a Source of kind "file" reads the style sheet beside it
  const content = twin(parseJson(await source.read(path, LIMITS.bundle), path), "bundle.css");
  const manifest = decode(JSON.stringify(content.manifest), "bundle.css: manifest", contract.manifest, notices);
  const texts = new Map<string, string>();
  const problems = new Map<string, string>();
  for (const name of jsonNames(manifest)) {
    const text = own(content.files, name);
    if (typeof text === "string") texts.set(name, text);
    else problems.set(name, new Unreadable(name, "its text in bundle.css", "nothing").message);
  }
  return { manifest, manifestSha: null, texts, problems };
}

/** Files this page reads: named by the manifest, flat. A data set that travels inside is read as the data set. */
function jsonNames(manifest: contract.Manifest): string[] {
  return [...manifest.files.keys()].filter((name) => name.endsWith(".json") && name !== "dataset.json");
}

function verify(read: Texts, digest: Digest): Promise<FileStatus[]> {
  const check = async (name: string, { bytes, sha256 }: Omit<FileStatus, "name" | "verified">): Promise<FileStatus> => {
    const text = read.texts.get(name);
    const found = text === undefined ? null : await digest(text);
    const verified =
      text === undefined ? "unread" : found === null ? "unverified" : found === sha256 ? "match" : "damaged";
    if (verified === "damaged")
      read.problems.set(
        name,
        new Unreadable(name, `sha256 ${sha256.slice(0, 12)}… as in the manifest`, `${found?.slice(0, 12)}…`).message,
      );
    return { name, bytes, sha256, verified };
  };
  return Promise.all([...read.manifest.files].map(([name, stated]) => check(name, stated)));
}

export function part<T, U>(
  read: Texts,
  name: string,
  checks: Published<T>,
  agree: (value: T) => U,
  notices: string[],
): Part<U> {
  if (!read.manifest.files.has(name)) return { state: "absent" };
  const problem = read.problems.get(name);
  if (problem !== undefined) return { state: "damaged", problem };
  try {
    return { state: "ok", value: agree(decode(read.texts.get(name) ?? "", name, checks, notices)) };
  } catch (error) {
    read.problems.set(name, message(error));
    return { state: "damaged", problem: message(error) };
  }
}

function required<T>(wanted: Part<T>): T {
  if (wanted.state === "ok") return wanted.value;
  throw new Unreadable(
    "run_summary.json",
    "the file every run has",
    wanted.state === "absent" ? "nothing" : wanted.problem,
  );
}

export function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
