// What a training is of: the samples, and the settings that decide what is computed from them.

export interface Data {
  values: Uint8Array | Float32Array; // sample after sample: pixels by channel, row and column, or features
  labels: readonly number[];
  classNames: readonly string[];
  image: { channels: number; height: number; width: number } | null; // null: the rows of a table
  maxValue: number; // of the pixels; 1 of a table
  groups?: readonly number[] | null; // which samples belong together
  holdout: { ids: readonly number[]; fixed: boolean } | null; // as recorded; fixed: no setting decides it
}

export interface Config {
  channels: readonly number[];
  hiddenSizes: readonly number[];
  optimizer: string;
  epochs: number;
  batchSize: number;
  learningRate: number;
  lrDecay: number;
  momentum: number;
  weightDecay: number;
  labelSmoothing: number;
  temperature: number;
  shiftPixels: number;
  scaling: string;
  split: string;
  splitState: number | null;
  trainShare: number;
  labelNoise: number;
  leaveOut: number | null; // a class
  testSize: number;
  randomState: number;
}

export const sizeOf = ({ values, labels }: Data): number => values.length / labels.length;

/** From recorded settings; what is not named has its neutral value. `leave_out` is a class by its number. */
export function configOf(settings: ReadonlyMap<string, unknown>): Config {
  const number = (key: string, otherwise = 0): number => Number(settings.get(key) ?? otherwise);
  const optional = (key: string): number | null => (settings.has(key) ? Number(settings.get(key)) : null);
  const sizes = (key: string): number[] => (Array.isArray(settings.get(key)) ? (settings.get(key) as number[]) : []);
  return {
    channels: sizes("channels"),
    hiddenSizes: sizes("hidden_sizes"),
    optimizer: String(settings.get("optimizer")),
    epochs: number("epochs"),
    batchSize: number("batch_size"),
    learningRate: number("learning_rate"),
    lrDecay: number("lr_decay"),
    momentum: number("momentum"),
    weightDecay: number("weight_decay"),
    labelSmoothing: number("label_smoothing"),
    temperature: number("temperature", 1),
    shiftPixels: number("shift_pixels"),
    scaling: String(settings.get("scaling")),
    split: String(settings.get("split")),
    splitState: optional("split_state"),
    trainShare: number("train_share", 1),
    labelNoise: number("label_noise"),
    leaveOut: optional("leave_out"),
    testSize: number("test_size"),
    randomState: number("random_state"),
  };
}
