// Samples that several runs got wrong while they held them out: perhaps mislabelled, or not readable.

/** What a run said of the samples that it held out. */
export interface Answers {
  results: string; // digest; a run that repeats another has the same
  ids: readonly number[];
  truths: readonly number[];
  labels: readonly number[];
}

export interface Suspect {
  id: number;
  truth: number;
  heldOut: number; // runs that held it out
  wrong: number; // of them
  said: [label: number, runs: number][]; // by those, the most frequent first
}

export interface Suspicion {
  runs: number; // that are counted
  repeats: number; // runs with the results of another, which are no second opinion
  samples: number; // held out by at least one run
  enough: number; // by at least `least`
  suspects: Suspect[];
}

const TWICE = 2; // one run alone may be wrong by its own fault

/**
 * The samples that at least `least` runs held out, and of which at least half of these, and two, were wrong. The
 * largest share of wrong runs comes first, among equals the most runs.
 */
export function suspicious(all: readonly Answers[], least: number): Suspicion {
  const counted = [...new Map(all.map((each) => [each.results, each])).values()];
  const found = new Map<number, { truth: number; heldOut: number; said: Map<number, number> }>();
  for (const { ids, truths, labels } of counted)
    ids.forEach((id, i) => {
      const truth = truths[i] as number;
      const label = labels[i] as number;
      const own = found.get(id) ?? { truth, heldOut: 0, said: new Map<number, number>() };
      found.set(id, own);
      own.heldOut++;
      if (label !== truth) own.said.set(label, (own.said.get(label) ?? 0) + 1);
    });
  const enough = [...found].filter(([, { heldOut }]) => heldOut >= least);
  const suspects = enough
    .map(([id, { truth, heldOut, said }]): Suspect => {
      const often = [...said].sort(([a, n], [b, m]) => m - n || a - b);
      return { id, truth, heldOut, wrong: often.reduce((sum, [, n]) => sum + n, 0), said: often };
    })
    .filter(({ heldOut, wrong }) => wrong >= TWICE && 2 * wrong >= heldOut)
    .sort((a, b) => b.wrong / b.heldOut - a.wrong / a.heldOut || b.wrong - a.wrong || a.id - b.id);
  return {
    runs: counted.length,
    repeats: all.length - counted.length,
    samples: found.size,
    enough: enough.length,
    suspects,
  };
}
