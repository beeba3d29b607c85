"""`python -m digit_classifier` is `digit-classifier`."""

import sys

from digit_classifier.cli import main

sys.exit(main())
