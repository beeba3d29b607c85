// Cells of tables that are taken elsewhere: nothing that a spreadsheet would run.
import assert from "node:assert/strict";
import { test } from "node:test";
import { csvCell, tsvCell } from "../src/below/cells.ts";

test("what begins like a formula is text, and a number stays one", () => {
  for (const text of ["=1+1", "+cmd", "-x", "@SUM(A1)", "\t=1", "-0.3 %", "=", "+"]) {
    assert.ok(csvCell(text).replace(/^"/, "").startsWith("'"), text);
    if (text[0] !== "\t") assert.ok(tsvCell(text).startsWith("'"), text);
  }
  for (const text of ["-0.25", "+3", "-1e-7", "12", "a=b"]) {
    assert.equal(csvCell(text), text);
    assert.equal(tsvCell(text), text);
  }
});

test("quotes, commas and lines stay within their cell", () => {
  assert.equal(csvCell('a "b", c'), '"a ""b"", c"');
  assert.equal(csvCell("a\nb"), '"a\nb"');
  assert.equal(tsvCell("a\tb\r\nc"), "a b c");
});
