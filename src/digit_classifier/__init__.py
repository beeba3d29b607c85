"""Train a compact NumPy network on handwritten digits and keep a run that can be verified."""
