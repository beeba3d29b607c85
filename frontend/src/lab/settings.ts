// The settings that decide what a training computes, in the short form of a link, and what is possible for each.

/** Settings by their recorded names; what is not named is not there, as in a recorded config. */
export type Settings = ReadonlyMap<string, unknown>;

interface Field {
  code: string; // one letter in a link
  write(value: unknown): string;
  read(text: string): unknown; // undefined: not a value of this setting
  needed: boolean; // by every training
}

const NUMBER = /^-?\d{1,17}(\.\d{1,20})?(e-?\d{1,3})?$/;

const within = (value: number, low: number, high: number): number | undefined =>
  value >= low && value <= high ? value : undefined;
const real = (low: number, high: number) => (text: string) =>
  NUMBER.test(text) ? within(Number(text), low, high) : undefined;
const whole = (low: number, high: number) => (text: string) =>
  /^\d{1,10}$/.test(text) ? within(Number(text), low, high) : undefined;
const word =
  (...options: readonly string[]) =>
  (text: string) =>
    options.find((option) => option === text);
const sizes = (text: string): number[] | undefined => {
  if (text === "none") return [];
  if (!/^\d{1,4}(_\d{1,4}){0,9}$/.test(text)) return undefined;
  const found = text.split("_").map(Number);
  return found.every((size) => size > 0) ? found : undefined;
};
const list = (value: unknown): string => (Array.isArray(value) && value.length ? value.join("_") : "none");
const flag = (text: string): true | undefined => (text === "yes" ? true : undefined);
const field = (code: string, read: Field["read"], needed = true, write: Field["write"] = String): Field => ({
  code,
  read,
  needed,
  write,
});

const FIELDS: Readonly<Record<string, Field>> = {
  model: field("m", word("mlp", "cnn", "logistic")),
  channels: field("c", sizes, true, list),
  hidden_sizes: field("h", sizes, true, list),
  optimizer: field("o", word("sgd", "adamw")),
  epochs: field("e", whole(1, 100_000)),
  batch_size: field("b", whole(0, 1_000_000)),
  learning_rate: field("r", real(1e-300, 1000)),
  lr_decay: field("d", real(0, 1)),
  momentum: field("u", real(0, 0.999_999_999_999)),
  weight_decay: field("w", real(0, 10)),
  label_smoothing: field("s", real(0, 0.999_999_999_999)),
  temperature: field("t", real(0.01, 100), false),
  shift_pixels: field("j", real(0, 16)),
  exact: field("x", flag, false, (value) => (value ? "yes" : "no")),
  scaling: field("z", word("standard", "max")),
  split: field("p", word("random", "contiguous", "folds", "given", "grouped")),
  split_state: field("q", whole(0, 2 ** 32 - 1), false),
  train_share: field("k", real(1e-9, 1), false),
  label_noise: field("n", real(0, 1), false),
  leave_out: field("l", whole(0, 999), false), // the class by its number
  test_size: field("v", real(1e-9, 0.999_999_999)),
  random_state: field("a", whole(0, 2 ** 32 - 1)),
};

/** What of a recorded config decides the weights. */
export function relevant(config: Settings, classNames: readonly string[]): Map<string, unknown> {
  const found = new Map<string, unknown>();
  for (const key of Object.keys(FIELDS)) {
    const value = config.get(key);
    if (value === undefined || value === null || value === false) continue;
    found.set(key, key === "leave_out" ? classNames.indexOf(String(value)) : value);
  }
  return found;
}

/** "mmlp~h128_64~e100": a letter and its value for each setting. */
export function settingsText(settings: Settings): string {
  return Object.entries(FIELDS)
    .filter(([key]) => settings.has(key))
    .map(([key, { code, write }]) => code + write(settings.get(key)).replace("e+", "e"))
    .join("~");
}

/** The settings of such a text, or what is wrong with it. */
export function settingsFrom(text: string): Settings | string {
  const found = new Map<string, unknown>();
  for (const part of text.split("~")) {
    const [key, row] = Object.entries(FIELDS).find(([, { code }]) => code === part[0]) ?? [];
    if (!key || !row) return `expected the letter of a setting, got ${part.slice(0, 20) || "nothing"}`;
    const value = row.read(part.slice(1));
    if (value === undefined || found.has(key))
      return `expected one value of ${key}, got ${part.slice(1, 40) || "none"}`;
    found.set(key, value);
  }
  const missing = Object.entries(FIELDS).find(([key, { needed }]) => needed && !found.has(key));
  return missing ? `expected a value of ${missing[0]}, got none` : found;
}

/** Whether two recipes are the same training; `exact` is how it is computed, not what. */
export function sameRecipe(one: Settings, other: Settings): boolean {
  return Object.entries(FIELDS).every(
    ([key, { write }]) =>
      key === "exact" ||
      (one.has(key) === other.has(key) && (!one.has(key) || write(one.get(key)) === write(other.get(key)))),
  );
}
