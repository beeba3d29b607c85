"""Data sets: their values, how they are split, and where they come from."""

# Name → module:function that loads it; imported when it is asked for. A new data set is a module and a line here.
BUNDLED: dict[str, str] = {"digits": "digit_classifier.datasets.bundled:load_digits"}
