"""The map of the disk: every name, pattern and limit of what the store writes and reads.

    <artifacts root>/
    ├── 20261122-191612-baseline/    a run: RUN_ID; the files of `known_names` and MANIFEST_FILE
    ├── .incoming-<run id>/          a run in the making: CLAIM, beside it its lock <name>.lock: CLAIMED
    │   ├── <epoch>/                 a checkpoint: CHECKPOINT
    │   └── run/                     the finished run, before the rename that shows it: READY
    ├── .trash-<run id>-<hex>/       what is being deleted: TRASH, TRASHED
    ├── datasets/                    data sets shared by the runs, each with its twin: SHARED_DATASET
    ├── replays/<run id>.json        the newest outcome of repeating a run
    ├── notes/<run id>.json          what a person wrote about a run
    ├── sweeps/<sweep id>/           many runs: PLAN_FILE, POINTS_FILE, and what is derived from them, SWEEP_FILES
    │   └── .lock                    held by the one process that computes it
    ├── latest/                      a copy of the newest run
    ├── index.json  index.css        the newest runs, and which files list the ones before them
    ├── index-0001.json  .css  …     those: SEGMENT_FILE; never changed, only replaced under another number
    └── .lock                        held while one of those from replays/ on is written; what it holds: store/watch.py

    <a directory of the user's>/     a flat run: the files of one run, and beside them, while they are written,
    └── .manifest.json.lock          the lock of the writer: FLAT_LOCK

A twin is the same JSON inside a style sheet, for a page that was opened from disk.
"""

from __future__ import annotations

import re
from functools import cache

from digit_classifier.artifacts import ARTIFACTS, DATASET, INDEX, MANIFEST, NOTE, PLAN, REPLAY, SEGMENT, SWEEP, rules

# Files of a run
MANIFEST_FILE, DATASET_FILE = MANIFEST.name, DATASET.name
RUN_TWIN, DATASET_TWIN = "bundle.css", "dataset.css"
PICTURES = (
    "sample_gallery.png",
    "confusion_matrix.png",
    "roc_curves.png",
    "learning_rate_trace.png",
    "timing_stats.png",
)

# Files and directories of an artifacts root
INDEX_FILE, INDEX_TWIN = INDEX.name, "index.css"
ROOT_LOCK = ".lock"
DATASETS, REPLAYS, NOTES, SWEEPS, LATEST = "datasets", "replays", "notes", "sweeps", "latest"
ROOT_NAMES = frozenset((INDEX_FILE, INDEX_TWIN, ROOT_LOCK, DATASETS, REPLAYS, NOTES, SWEEPS, LATEST))
CLAIM, TRASH = ".incoming-", ".trash-"
READY = "run"  # inside a claim
REMOVED = ".removed"  # in a run that is being deleted where it cannot be renamed first
FLAT_LOCK = f".{MANIFEST_FILE}.lock"

# Files of a sweep
PLAN_FILE, POINTS_FILE = PLAN.name, "points.jsonl"
SWEEP_FILE, SWEEP_TWIN, SWEEP_PICTURE = SWEEP.name, "sweep.css", "sweep.png"
SWEEP_FILES = (SWEEP_FILE, SWEEP_TWIN, SWEEP_PICTURE, MANIFEST_FILE)

# Patterns
RUN_ID = re.compile(rules.RUN_ID["pattern"].strip("^$"), re.ASCII)
FILE_NAME = re.compile(rules.FILE_NAME["pattern"].strip("^$"), re.ASCII)
SEGMENT_FILE = re.compile(r"index-([0-9]{4,9})\.(json|css)", re.ASCII)
SHARED_DATASET = re.compile(r"[a-z0-9][a-z0-9_-]{0,34}-[0-9a-f]{12}\.(json|css)", re.ASCII)
CHECKPOINT = re.compile(r"[1-9][0-9]{0,6}", re.ASCII)
TEMPORARY = re.compile(r"\.(?P<name>[a-z0-9_-]+\.(?:json|png|css))-[0-9a-f]{8}\.tmp", re.ASCII)
CLAIMED = re.compile(rf"{re.escape(CLAIM)}(?P<run>{RUN_ID.pattern})(?P<lock>\.lock)?", re.ASCII)
TRASHED = re.compile(rf"{re.escape(TRASH)}{RUN_ID.pattern}-[0-9a-f]{{8}}", re.ASCII)

# What file managers, editors, network disks and Windows leave in any folder: never ours, and nobody's work
LITTER = re.compile(
    r"\.DS_Store|\._.*|\.AppleDouble|\.localized|\.Spotlight-V100|\.fseventsd|\.Trashes|Thumbs\.db|ehthumbs\.db|"
    r"desktop\.ini|\.directory|\.nfs[0-9a-f]+|\.fuse_hidden[0-9a-f]+|\.Trash-[0-9]+|@eaDir|lost\+found|\.sync_.*|"
    r".*~|\..*\.sw[a-p]",
    re.IGNORECASE | re.DOTALL,
)

# Limits, in bytes unless said otherwise; a writer keeps to them as a reader does
MAX_BYTES = {".json": 16_000_000, ".png": 8_000_000, ".css": 96_000_000}
MAX_MANIFEST_BYTES = 64_000
MAX_REPLAY_BYTES = 64_000
MAX_NOTE_BYTES = 16_000
MAX_DATASET_BYTES = 256_000_000
MAX_INDEX_BYTES = 64_000_000  # of the first version's index.json, which listed every run
MAX_SEGMENT_BYTES = 8_000_000
MAX_LOCK_BYTES = 64_000
MAX_SWEEP_BYTES = 64_000_000  # of plan.json and of sweep.json
MAX_POINTS_BYTES = 4_000_000_000
MAX_LINE_BYTES = 8_000_000  # of points.jsonl
MAX_ENTRY_BYTES = 450  # of a run in the index, beside the name of its sweep and its note
MAX_PICTURE_SIDE = 4096  # pixels


@cache
def known_names() -> frozenset[str]:
    """Every name a run directory can hold besides its manifest; no other is ever opened, written or deleted."""
    return frozenset((*ARTIFACTS, *PICTURES, RUN_TWIN, DATASET_TWIN)) - {
        MANIFEST_FILE,
        INDEX_FILE,
        SEGMENT.name,
        REPLAY.name,
        NOTE.name,
    }


def is_temporary_of_run(name: str) -> bool:
    """Whether this is the name of a temporary file that will be a file of a run."""
    found = TEMPORARY.fullmatch(name)
    return found is not None and found["name"] in known_names() | {MANIFEST_FILE}


def is_temporary_of_root(name: str) -> bool:
    """Whether this is the name of a temporary file of an artifacts root: for its list, latest/, replays/ or notes/."""
    found = TEMPORARY.fullmatch(name)
    if found is None:
        return False
    wanted, stem = found["name"], found["name"].removesuffix(".json")
    listed = wanted in (INDEX_FILE, INDEX_TWIN) or bool(SEGMENT_FILE.fullmatch(wanted))
    return listed or is_temporary_of_run(name) or (stem != wanted and bool(RUN_ID.fullmatch(stem)))


def max_bytes(name: str) -> int:
    """The largest size of a file of a run."""
    if name == DATASET_TWIN:
        return 2 * MAX_DATASET_BYTES  # base64 and a little more
    return MAX_DATASET_BYTES if name == DATASET_FILE else MAX_BYTES[name[name.rindex(".") :]]
