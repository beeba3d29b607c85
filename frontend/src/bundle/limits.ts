// How large a file may be, in bytes. The writer has the same limits; tests/test_page_fresh.py compares them.

export const LIMITS = {
  manifest: 64_000,
  index: 64_000_000, // 100,000 runs
  json: 16_000_000, // any other file of a run
  bundle: 96_000_000, // all of them together, as the twin of a run holds them
  sweep: 64_000_000,
  dataset: 256_000_000,
};
