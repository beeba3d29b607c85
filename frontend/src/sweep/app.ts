// What the panels of a sweep share.
import type { Images, Part } from "../bundle/run.ts";
import type { Sweep } from "../contract.ts";
import { quoted } from "../text/commands.ts";

export interface App {
  sweep: Sweep;
  root: string; // of the artifacts, relative to the page
  images: Part<Images>;
  exported: boolean; // this page is a file of its own: the runs were left out
  scope: AbortSignal; // aborted when another sweep takes the page
}

/** Points by setting, in the order of the file. */
export function pointsOf({ points, settings }: Sweep): number[][] {
  const found: number[][] = settings.values.map(() => []);
  points.setting.forEach((setting, point) => found[setting]?.push(point));
  return found;
}

/** The settings with a result, the highest mean first; the best one leads those of its mean. */
export function ranked({ settings, best }: Sweep): number[] {
  const known = settings.mean.flatMap((mean, i) => (mean === null ? [] : [{ i, mean }]));
  known.sort((a, b) => b.mean - a.mean || Number(b.i === best?.setting) - Number(a.i === best?.setting) || a.i - b.i);
  return known.map(({ i }) => i);
}

/** The page of a run, at one sample, beside a second run; null where it cannot be reached from here. */
export function runAddress(app: App, point: number | null, sample?: number, beside?: number | null): string | null {
  const run = point === null ? null : app.sweep.points.run[point];
  if (!run || app.exported) return null;
  const other = typeof beside === "number" ? app.sweep.points.run[beside] : null;
  const query = [`artifacts=${app.root}/${run}`, other && `vs=${other}`, sample !== undefined && `sample=${sample}`];
  return `index.html?${query.filter(Boolean).join("&")}`;
}

/** A setting as it is typed on the command line, in no language: as `typed` of sweeps/result.py. */
function typed(name: string, value: Sweep["settings"]["values"][number][number]): string {
  const flag = `--${(value === false ? `no_${name}` : name).replaceAll("_", "-")}`;
  if (typeof value === "boolean") return flag;
  const text = value === null ? "none" : Array.isArray(value) ? value.join(",") || "none" : String(value);
  return text.startsWith("-") ? `${flag}=${text}` : `${flag} ${quoted(text)}`;
}

/** What trains one point alone. */
export function trainCommand({ sweep }: App, point: number): string {
  const values = sweep.settings.values[sweep.points.setting[point] ?? 0] ?? [];
  const words = sweep.axes.map(({ name }, i) => typed(name, values[i] ?? null));
  words.push(typed("random_state", sweep.points.random_state[point] ?? null));
  const split = sweep.points.split_state[point];
  if (typeof split === "number") words.push(typed("split_state", split));
  return [sweep.train_command, ...words].join(" ");
}
