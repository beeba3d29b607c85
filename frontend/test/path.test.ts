import assert from "node:assert/strict";
import { test } from "node:test";
import { isPlainPath, wantedPath } from "../src/bundle/path.ts";
import { generator } from "../src/selection/shuffle.ts";

const FINE = [
  "artifacts",
  "artifacts/",
  "artifacts/20261122-191612-baseline",
  "../my-artifacts/20240305-210455-baseline",
  "../../../a/b",
  "a/b/c/d/e/f/g/h",
  "_x.y-z",
];
const HOSTILE = [
  "",
  "/",
  "//evil",
  "///evil",
  "/etc/passwd",
  "https:evil",
  "https://evil/",
  "http://evil",
  "file:///etc/passwd",
  "javascript:alert(1)",
  "data:text/html,x",
  "blob:x",
  "\\\\host\\share",
  "\\evil",
  "a\\b",
  ".",
  "..",
  "../",
  "../..",
  "../../../../a",
  "a/../b",
  "a/./b",
  "a//b",
  "./a",
  ".hidden",
  "a/.hidden",
  "-x",
  "a/-x",
  "%2e%2e/a",
  "..%2fa",
  "a%00",
  "a b",
  "a?b",
  "a#b",
  "a;b",
  "a:b",
  "a@b",
  "a\n",
  "\na",
  "a\u0000",
  "a\u202eb",
  "ａ",
  "é",
  "a/b/c/d/e/f/g/h/i",
  "x".repeat(65),
  `a/${"x".repeat(65)}`,
  Array(9).fill("x".repeat(60)).join("/"),
  "a\t",
  "~",
  "~/x",
  "C:/x",
  "con:",
  "*",
  "a|b",
  "a,b",
  "<a>",
  "'a'",
  '"a"',
  "${a}",
];

test("paths near the page are taken", () => {
  for (const path of FINE) assert.ok(isPlainPath(path), path);
});

test("59 hostile paths are refused", () => {
  for (const path of HOSTILE) assert.ok(!isPlainPath(path), JSON.stringify(path));
  assert.ok(HOSTILE.length >= 59, String(HOSTILE.length));
});

test("no random path leaves the page's origin or climbs more than three levels", () => {
  const random = generator(7);
  const alphabet = [
    "a",
    "B",
    "0",
    ".",
    "..",
    "/",
    "//",
    "\\",
    ":",
    "%2e",
    "%2f",
    "@",
    "?",
    "#",
    " ",
    "-",
    "_",
    "https:",
    "file:",
    "\u0000",
    "é",
  ];
  const base = new URL("https://here.example/1/2/3/4/page/index.html");
  for (let i = 0; i < 200_000; i++) {
    const path = Array.from(
      { length: 1 + Math.floor(random() * 7) },
      () => alphabet[Math.floor(random() * alphabet.length)],
    ).join("");
    if (!isPlainPath(path)) continue;
    const url = new URL(path, base);
    assert.equal(url.origin, base.origin, path);
    assert.ok(url.pathname.startsWith("/1/2/"), path);
    assert.equal(url.search + url.hash + url.username + url.password, "", path);
  }
});

test("the address beats the page, and is never replaced after a refusal", () => {
  assert.deepEqual(wantedPath("?artifacts=a/b", "home"), { kind: "path", path: "a/b", origin: "address" });
  assert.deepEqual(wantedPath("?true=3", "home"), { kind: "path", path: "home", origin: "page" });
  assert.equal(wantedPath("?artifacts=//evil", "home").kind, "refused");
  assert.equal(wantedPath("?artifacts=", "home").kind, "refused");
  assert.equal(wantedPath("?artifacts=a&artifacts=b", "home").kind, "refused");
  assert.equal(wantedPath("?artifacts=%2e%2e%2f%2e%2e%2f%2e%2e%2f%2e%2e%2fa", "home").kind, "refused");
});
