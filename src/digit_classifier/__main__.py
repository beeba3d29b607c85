"""`python -m digit_classifier` is `digit-classifier`."""

from digit_classifier.cli.main import command

command()
