"""The same Hypothesis examples on every machine and in every run; `make soak` looks for new ones."""

from hypothesis import settings

settings.register_profile("suite", derandomize=True, deadline=None)
settings.register_profile("soak", max_examples=5000, deadline=None, print_blob=True)
settings.load_profile("suite")
