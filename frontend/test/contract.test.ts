// The generator of src/contract.ts, on schemas that are made up here.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import { contract } from "../contract.mjs";
import type { Published } from "../src/bundle/check.ts";
import { decode } from "../src/bundle/published.ts";

const folder = mkdtempSync(join(tmpdir(), "contract-"));
after(() => rmSync(folder, { recursive: true }));

const version = (number: number) => ({ type: "integer", const: number });
const COUNT = { type: "integer", minimum: 0 };
const object = (properties: object, optional: string[] = []) => ({
  type: "object",
  properties,
  required: Object.keys(properties).filter((key) => !optional.includes(key)),
  additionalProperties: false,
});
/** A file of two versions: `size` became a list, `old` went away, `fresh` came, `rows` got a key more. */
const TWO = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  $id: "urn:made-up",
  title: "made_up.json",
  oneOf: [
    object({
      schema_version: version(1),
      size: COUNT,
      old: { type: "string" },
      rows: { type: "array", items: object({ a: COUNT }) },
    }),
    object(
      {
        schema_version: version(2),
        size: { type: ["array", "null"], items: COUNT, maxItems: 2 },
        fresh: { type: "boolean" },
        note: { type: "string", minLength: 1, maxLength: 5, pattern: "^[a-z/]*$", description: "a short word" },
        rows: { type: "array", items: object({ a: COUNT, b: { type: "string", enum: ["x", "y"] } }) },
      },
      ["note"],
    ),
  ],
};

async function generated(): Promise<{ text: string; made: Published<Record<string, unknown>> }> {
  const checks = new URL("../src/bundle/check.ts", import.meta.url).href;
  const text = contract({ made_up: TWO }, "0").replaceAll("./bundle/check.ts", checks);
  const path = join(folder, "contract.ts");
  writeFileSync(path, text);
  const module = (await import(pathToFileURL(path).href)) as { madeUp: Published<Record<string, unknown>> };
  return { text, made: module.madeUp };
}

test("every version is read by its own check, and a newer one by the newest", async () => {
  const { made } = await generated();
  const notices: string[] = [];
  const read = (value: object): object => ({ ...decode(JSON.stringify(value), "made_up.json", made, notices) });
  const first = { size: 3, old: "", rows: [] };
  const second = { size: [1, 2], fresh: true, note: "a/b", rows: [] };
  assert.deepEqual(read({ schema_version: 1, ...first }), first);
  assert.deepEqual(read({ schema_version: 2, ...second }), second);
  assert.deepEqual(read({ schema_version: 2, size: null, fresh: true, rows: [] }), {
    size: null,
    fresh: true,
    note: undefined,
    rows: [],
  });
  assert.deepEqual(notices, []);
  assert.deepEqual(read({ schema_version: 3, ...second, newest: 1 }), second);
  assert.match(notices.join(), /Written by a newer version \(schema 3\).*: made_up\.json/);
  assert.throws(
    () => read({ schema_version: 1, ...second }),
    /made_up\.json\.size: expected an integer ≥ 0, got a list/,
  );
  assert.throws(() => read({ schema_version: 2, ...first }), /made_up\.json\.size: expected a list, got 3/);
  assert.throws(() => read({ schema_version: 2, ...second, note: "A" }), /note: expected a short word, got "A"/);
  assert.throws(() => read({ schema_version: 3, ...first }), /schema 3, this page knows 2\).*try a newer page/);
  for (const schema_version of [0, "1", null, 1.5, "__proto__"])
    assert.throws(() => read({ ...first, schema_version }), /schema_version: expected 1 or 2/);
});

test("a type is that of all versions together", async () => {
  const { text } = await generated();
  const declared = /interface MadeUp (\{.*\})\n/.exec(text)?.[1] ?? "";
  assert.deepEqual(
    declared
      .slice(2, -2)
      .replace(/\{ a.*?\}/, (rows) => rows.replaceAll("; ", ", "))
      .split("; "),
    [
      "size: number | (number)[] | null",
      "old?: string | undefined",
      'rows: ({ a: number, b?: "x" | "y" | undefined })[]',
      "fresh?: boolean | undefined",
      "note?: string | undefined",
    ],
  );
});

test("a word that the generator does not know is an error, not a gap", () => {
  const schema = object({ schema_version: version(1), size: { type: "integer", exclusiveMinimum: 0 } });
  assert.throws(
    () => contract({ made_up: schema }, "0"),
    /size: expected the words that a check exists for, got exclusiveMinimum/,
  );
});
