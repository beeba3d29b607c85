"""The store against a model of two sets, the whole runs and the damaged ones, whatever happens in whatever order."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, precondition, rule

from digit_classifier.store.claim import claim
from digit_classifier.store.root import read_root, remove, repair, update_index
from faults import die_at
from store_oracle import is_whole, leftovers, listed_in, runs_in, snapshot, violations
from tiny_runs import smallest_files

GARBAGE = [b"", b"{", b"[]", b'{"runs": 3}', b"\xff", b'{"a":' + b"[" * 5000]
TIMES = st.sampled_from([f"2026-11-{day}T10:00:0{second}Z" for day in (21, 22, 23) for second in (0, 1)])


class Store(RuleBasedStateMachine):
    """Publish, crash, delete, damage, corrupt, rebuild and repair."""

    runs = Bundle("runs")

    def __init__(self) -> None:
        super().__init__()
        self.top = Path(tempfile.mkdtemp(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None))
        self.root = self.top / "root"
        self.whole: set[str] = set()
        self.damaged: set[str] = set()

    def teardown(self) -> None:
        shutil.rmtree(self.top)

    def publish_at(self, created: str) -> str:
        with claim(self.root, created) as staged:
            return staged.publish(*smallest_files(created)).directory.name

    @rule(target=runs, created=TIMES)
    def publish(self, created: str) -> str:
        name = self.publish_at(created)
        self.whole.add(name)
        self.check_lists(first=name)
        return name

    @rule(target=runs, created=TIMES)
    def publish_unlisted(self, created: str) -> str:
        with claim(self.root, created) as staged:
            name = staged.publish(*smallest_files(created), listed=False).directory.name
        self.whole.add(name)
        return name

    @rule(created=TIMES, number=st.integers(1, 60))
    def crash_while_publishing(self, created: str, number: int) -> None:
        before = runs_in(snapshot(self.root)) if self.root.exists() else set()
        told = die_at(self.root, number, midway=False, action=lambda: self.publish_at(created))
        new = (runs_in(snapshot(self.root)) if self.root.exists() else set()) - before
        assert len(new) <= 1
        assert told is None or new == {told}
        self.whole |= new

    @rule(name=consumes(runs))
    def delete_by_hand(self, name: str) -> None:
        shutil.rmtree(self.root / name)
        self.whole.remove(name)

    @rule(name=consumes(runs))
    def remove(self, name: str) -> None:
        remove(self.root, [name])
        self.whole.remove(name)
        self.check_lists()

    @rule(name=consumes(runs), file=st.sampled_from(["metrics.json", "manifest.json", "bundle.css"]))
    def damage(self, name: str, file: str) -> None:
        (self.root / name / file).write_bytes(b"{}")
        self.whole.remove(name)
        self.damaged.add(name)

    @precondition(lambda self: (self.root / "index.json").exists())  # elsewhere it would be another program's
    @rule(text=st.sampled_from(GARBAGE))
    def corrupt_the_index(self, text: bytes) -> None:
        (self.root / "index.json").write_bytes(text)

    @precondition(lambda self: self.root.exists())
    @rule(name=st.sampled_from(["index.json", "index.css", "latest", "datasets"]))
    def lose(self, name: str) -> None:
        path = self.root / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)

    @precondition(lambda self: self.root.exists())
    @rule()
    def rebuild(self) -> None:
        update_index(self.root)
        self.check_lists()

    @precondition(lambda self: self.whole)
    @rule()
    def repair(self) -> None:
        assert set(repair(self.root).damaged) == self.damaged
        tree = snapshot(self.root)
        assert leftovers(tree) == []
        assert set(listed_in(tree)) == self.whole
        assert is_whole(tree, "latest")
        assert repair(self.root).removed == ()
        assert snapshot(self.root) == tree

    @invariant()
    def every_run_is_whole_and_found(self) -> None:
        tree = snapshot(self.root) if self.root.exists() else {}
        known = {path: data for path, data in tree.items() if path.split("/")[0] not in self.damaged}
        assert runs_in(known) == self.whole
        assert [line for line in violations(known, index_may_be_corrupt=True) if line.startswith("half a run")] == []
        view = read_root(self.root)
        # A look at the list sees what is missing or new; a file changed in place is for `verify` and `repair` to find.
        entries = {entry["run_id"] for entry in view.entries}
        assert self.whole <= entries <= self.whole | self.damaged
        assert set(view.damaged) == self.whole.union(self.damaged) - entries

    def check_lists(self, first: str | None = None) -> None:
        """Every whole run is listed; a damaged one may still be, until `repair` looks inside."""
        listed = listed_in(snapshot(self.root))
        assert self.whole <= set(listed) <= self.whole | self.damaged
        assert len(listed) == len(set(listed))
        assert first in (None, *listed[:1])


TestStore = Store.TestCase
TestStore.settings = settings(max_examples=20, stateful_step_count=20)
