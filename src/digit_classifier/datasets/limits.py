"""How much a data set may hold: the browser, the store and the memory of an ordinary machine bear this."""

SAMPLES = 200_000
NUMBERS = 120_000_000  # samples × pixels or features
CLASSES = 1_000
FEATURES = 65_536  # pixels of an image, all channels
NAMED_FEATURES = 4_096  # of a table: their names are stored and shown
SIDE = 4_096  # pixels
CLASS_NAME = 40  # characters
FEATURE_NAME = 80
TITLE, SOURCE, NOTE = 200, 300, 300
FILE_NAME = 200  # of a file in an origin
FILE_BYTES = 2**30  # of a file, as it lies there and unpacked
LINE_BYTES = 2**23  # of the first line of a text file
PICTURE_PIXELS = 16_000_000  # of one picture, before it is made smaller
RESERVED = ("accuracy", "macro avg", "weighted avg")  # keys of a report beside its classes
