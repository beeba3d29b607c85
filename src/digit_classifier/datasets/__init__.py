"""Data sets: their values, how they are split, and where they come from."""
