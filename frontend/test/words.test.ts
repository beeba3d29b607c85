// Every word that the page shows is one of words/en.json, so that it can be said in another language. What is shown is
// found in the parsed sources: the texts, names and hints of elements, and what is announced.
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { SyntaxKind as Kind, type Node } from "typescript/unstable/ast";
import {
  isArrayLiteralExpression,
  isBinaryExpression,
  isCallExpression,
  isConditionalExpression,
  isIdentifier,
  isNoSubstitutionTemplateLiteral,
  isObjectLiteralExpression,
  isParenthesizedExpression,
  isPropertyAccessExpression,
  isPropertyAssignment,
  isSpreadElement,
  isStringLiteral,
  isTemplateExpression,
  isVariableDeclaration,
} from "typescript/unstable/ast/is";
import { API } from "typescript/unstable/sync";

const here = dirname(dirname(fileURLToPath(import.meta.url)));
const api = new API({ cwd: here });
after(() => api.close());

/** Which arguments of a call are shown, from and up to: of an element its children, of a button its label, … */
const SHOWN: Readonly<Record<string, [from: number, to?: number]>> = {
  el: [2],
  svg: [2],
  button: [0, 1],
  replace: [1],
  append: [0],
  prepend: [0],
  replaceChildren: [0],
  replaceWith: [0],
  announce: [0],
  notify: [0],
  notice: [1],
  state: [1],
  select: [0, 1],
  segmented: [0, 1],
  step: [0, 1],
};
/** Options of a choice, each a value and what is shown for it. */
const OPTIONS = "select";
/** Attributes and options that are read by people. */
const READ = new Set(["aria-label", "title", "placeholder", "alt", "label", "text", "hint", "head", "caption"]);
const ASSIGNED = new Set(["textContent", "innerText", "title", "placeholder", "ariaLabel", "label"]);
/** What may stand in the sources, and why. */
const ALLOWED: Readonly<Record<string, string>> = {
  F: "F1, the name of a score",
  n: "the sign of a number",
  p: "the sign of a probability",
  ReLU: "the name of a function",
  softmax: "the name of a function",
  SVG: "the name of a format",
  PNG: "the name of a format",
  JSON: "the name of a format",
  CSV: "the name of a format",
  AUC: "the name of a score",
  "digit classifier": "the name of the program",
  "pip install": "a command",
  "reads the run’s files": "the title of a frame that nobody sees or hears, which reads the words, too",
};

/** The pieces of text in what an expression can be: the ends of a choice, the parts of a template, of a list. */
function pieces(node: Node, names: ReadonlyMap<string, Node>, depth = 0): string[] {
  const inside = (each: Node): string[] => pieces(each, names, depth);
  if (isStringLiteral(node) || isNoSubstitutionTemplateLiteral(node)) return [node.text];
  if (isTemplateExpression(node))
    return [node.head.text, ...node.templateSpans.flatMap((span) => [...inside(span.expression), span.literal.text])];
  if (isConditionalExpression(node)) return [...inside(node.whenTrue), ...inside(node.whenFalse)];
  if (isParenthesizedExpression(node) || isSpreadElement(node)) return inside(node.expression);
  if (isArrayLiteralExpression(node)) return node.elements.flatMap(inside);
  if (isBinaryExpression(node)) {
    const { kind } = node.operatorToken;
    const choice = [Kind.BarBarToken, Kind.QuestionQuestionToken, Kind.PlusToken].includes(kind);
    return [
      ...(choice ? inside(node.left) : []),
      ...(choice || kind === Kind.AmpersandAmpersandToken ? inside(node.right) : []),
    ];
  }
  const named = isIdentifier(node) ? names.get(node.text) : undefined; // a text that has a name in the same file
  return named && depth < 3 ? pieces(named, names, depth + 1) : [];
}

/** What of a source is shown, with its line. */
function shown(file: Node & { text: string }): { line: number; text: string }[] {
  const names = new Map<string, Node>();
  const found: { line: number; text: string }[] = [];
  const take = (node: Node): void => {
    const line = file.text.slice(0, node.pos).split("\n").length;
    for (const text of pieces(node, names)) {
      const letters = text.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, "");
      if (letters && !/^\|\w+\|$/.test(text)) found.push({ line, text: letters }); // "|name|" is a place in a sentence
    }
  };
  const name = (node: Node): void => {
    if (isVariableDeclaration(node) && isIdentifier(node.name) && node.initializer)
      names.set(node.name.text, node.initializer);
    node.forEachChild(name);
  };
  const visit = (node: Node): void => {
    if (isCallExpression(node)) {
      const called = node.expression;
      const own = isIdentifier(called) ? called.text : isPropertyAccessExpression(called) ? called.name.text : "";
      const isMethod = isPropertyAccessExpression(called) && own === "replace"; // of a text
      const shown = Object.hasOwn(SHOWN, own) && !isMethod ? SHOWN[own] : undefined;
      if (shown) node.arguments.slice(...shown).forEach(take);
      const options = own === OPTIONS ? node.arguments[1] : undefined;
      if (options && isArrayLiteralExpression(options))
        for (const pair of options.elements) if (isArrayLiteralExpression(pair)) pair.elements.slice(1).forEach(take);
    }
    if (isObjectLiteralExpression(node))
      for (const each of node.properties)
        if (
          isPropertyAssignment(each) &&
          (isIdentifier(each.name) || isStringLiteral(each.name)) &&
          READ.has(each.name.text)
        )
          take(each.initializer);
    if (
      isBinaryExpression(node) &&
      node.operatorToken.kind === Kind.EqualsToken &&
      isPropertyAccessExpression(node.left)
    )
      if (ASSIGNED.has(node.left.name.text)) take(node.right);
    node.forEachChild(visit);
  };
  name(file);
  visit(file);
  return found;
}

test("every word that is shown is said from the words, so that it can be said in another language", () => {
  const project = api.updateSnapshot({ openProject: join(here, "tsconfig.json") }).getProjects()[0];
  assert.ok(project);
  const found: string[] = [];
  const allowed = new Set<string>();
  let sources = 0;
  for (const path of project.program.getSourceFileNames()) {
    const file = project.program.getSourceFile(path);
    if (!file || !path.startsWith(join(here, "src/")) || !path.endsWith(".ts") || path.endsWith("contract.ts"))
      continue;
    sources += 1;
    for (const { line, text } of shown(file))
      if (Object.hasOwn(ALLOWED, text)) allowed.add(text);
      else found.push(`${relative(here, path)}:${line}: ${JSON.stringify(text)}`);
  }
  assert.ok(sources > 150);
  assert.deepEqual(
    found,
    [],
    'expected say("its.key") and a line in words/en.json and each translation (CONTRIBUTING.md)',
  );
  assert.deepEqual([...allowed].sort(), Object.keys(ALLOWED).sort());
});

test("no style brings words of its own", () => {
  const sheets = globSync("{*.css,src/**/*.css}", { cwd: here });
  assert.ok(sheets.length >= 5);
  const found = sheets.flatMap((name) =>
    [...readFileSync(join(here, name), "utf8").matchAll(/content: *("[^"]*\p{L}[^"]*")/gu)].map(([, text]) => text),
  );
  assert.deepEqual([...new Set(found)], ['"F1 "']); // the name of a score
});
