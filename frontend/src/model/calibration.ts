// How sure a network says it is, beside how often it is right. Oracle: scikit-learn's calibration_curve.
export interface Answer {
  confidence: number; // of the predicted class
  right: boolean;
}
export interface Bin {
  n: number;
  hits: number;
  confidence: number; // the mean
}

export const BINS = 10;

/** Ten equal bins of the confidence, each with its upper end; NaN where one is empty. */
export function calibration(answers: readonly Answer[]): Bin[] {
  const bins = Array.from({ length: BINS }, () => ({ n: 0, hits: 0, confidence: 0 }));
  for (const { confidence, right } of answers) {
    let place = 0;
    while (place < BINS - 1 && confidence > (place + 1) * 0.1) place++;
    const bin = bins[place] as Bin;
    bin.n++;
    bin.hits += Number(right);
    bin.confidence += confidence;
  }
  for (const bin of bins) bin.confidence /= bin.n;
  return bins;
}

/** The mean distance between confidence and share right over the bins, by their size (Naeini et al. 2015). */
export function calibrationError(bins: readonly Bin[]): number {
  const all = bins.reduce((total, { n }) => total + n, 0);
  return bins.reduce((total, { n, hits, confidence }) => total + (n ? Math.abs(hits - n * confidence) / all : 0), 0);
}
