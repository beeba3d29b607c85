// ROC curves as small multiples: each class against the rest.
import type { App } from "../panels/app.ts";
import { keepCharts, keptTable } from "./keep.ts";
import { absent, rocOf } from "./optional.ts";
import { absence, el, panel, plain, say, sentence, svg } from "./tools.ts";

const FILE = "roc_curves.json";
const MOST = 12; // classes; of more, the hardest six
const FEWER = 6;
const SIZE = 100;

export function rocCurves(app: App): HTMLElement {
  const roc = rocOf(app.run);
  const title = say("roc.title");
  const frame = {
    title,
    files: roc.state === "absent" ? [] : [FILE],
    wide: roc.state === "ok" ? "w7" : "w12",
  };
  if (roc.state === "absent") return panel(frame, absent(title, "--roc-per-class"));
  if (roc.state === "damaged") return panel(frame, absence(roc, FILE, title));
  const names = app.run.summary.dataset.class_names;
  const curves = names.flatMap((name) => {
    const curve = roc.value.classes.get(name);
    return curve ? [{ name, ...curve }] : [];
  });
  const hard = [...curves].sort((a, b) => a.auc - b.auc);
  const shown = curves.length > MOST ? hard.slice(0, FEWER) : curves;
  const [{ name, auc } = { name: "–", auc: 0 }] = hard;
  const card = panel(
    frame,
    el("div", { class: "rocs" }, ...shown.map(small)),
    el("p", { class: "small muted axes-words" }, say("roc.axes")),
    el("p", { class: "reading" }, sentence(say("roc", { macro: auc5(roc.value.macro_auc), name, auc: auc5(auc) }))),
    keptTable(say("roc.table"), () => ({
      head: [say("class"), "AUC"],
      rows: curves.map((each) => [each.name, auc5(each.auc)]),
    })),
  );
  return keepCharts(card);
}

/** Five decimals; 0 and 1 only where it is exactly that. */
export function auc5(auc: number): string {
  const rounded = Number(auc.toFixed(5));
  if (auc < 1 && rounded === 1) return `> ${plain(0.99999)}`;
  return auc > 0 && rounded === 0 ? `< ${plain(0.00001)}` : plain(rounded);
}

interface Named {
  name: string;
  fpr: readonly number[];
  tpr: readonly number[];
  auc: number;
}

function small({ name, fpr, tpr, auc }: Named): HTMLElement {
  const at = (i: number): string => `${(SIZE * (fpr[i] ?? 0)).toFixed(1)} ${(SIZE * (1 - (tpr[i] ?? 0))).toFixed(1)}`;
  const words = `${name}: AUC ${auc5(auc)}`;
  const chart = svg(
    "svg",
    { class: "chart roc", viewBox: "-2 -2 104 104", role: "img", "aria-label": words },
    svg("path", { class: "frame", d: "M0 0V100H100" }),
    svg("path", { class: "line second", d: "M0 100L100 0" }),
    svg("path", { class: "line main", d: `M${fpr.map((_, i) => at(i)).join("L")}` }),
  );
  return el(
    "figure",
    {},
    chart,
    el(
      "figcaption",
      {},
      el("b", { translate: "no", title: name }, name),
      " ",
      el("span", { class: "muted" }, auc5(auc)),
    ),
  );
}
