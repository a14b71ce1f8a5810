"""A table that is labelled, stopped anywhere, changed, damaged and gone on with, in any order that can be thought of.

``tests/kills.py`` does the like with real processes and SIGKILL; here the disk is put back to what it was when a run
was stopped, so that nothing which a run does on its way out counts.
"""

import json
import shutil
import tempfile
from pathlib import Path
from unittest import mock

import pytest
from fast_model import Fast
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from stance.batch import label_documents, label_table
from stance.errors import TableError
from stance.jobs import Documents, Statements
from stance.parts import Parts, folder_of

# Rows of a chunk.
SIZE = 3
SAID = '"We condemn the raid number {} on the border post," the European Union said. Rice exports rose in spring.'
TEXTS = st.sampled_from(["", " ", "no", "a longer text", "é\ud83d\ude00 text", *map(SAID.format, range(9))])
FORMATS = st.sampled_from(["csv", "jsonl", "parquet"])


class KilledError(BaseException):
    """As if the process were gone; not an ``Exception``, which somebody might catch."""


class Killing(Fast):
    """Calls back before it answers."""

    before = staticmethod(lambda: None)

    def answer(self, texts):
        self.before()


class Table(RuleBasedStateMachine):
    """One table and what is made of it."""

    @initialize(rows=st.lists(TEXTS, min_size=1, max_size=4 * SIZE), format=FORMATS, documents=st.booleans())
    def begin(self, rows, format, documents):
        self.home = tempfile.TemporaryDirectory(prefix="stance-state-")
        self.room = Path(self.home.name) / "room"
        self.room.mkdir()
        self.source, self.target = self.room / "in.jsonl", self.room / f"out.{format}"
        self.label = label_documents if documents else label_table
        self.rows, self.standing = list(rows), None
        self.save()

    def teardown(self):
        if hasattr(self, "home"):
            self.home.cleanup()

    def save(self):
        lines = [json.dumps({"id": number, "text": text}) for number, text in enumerate(self.rows)]
        self.source.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def run_to(self, target, model, **options):
        with mock.patch.object(Statements, "size", SIZE), mock.patch.object(Documents, "size", SIZE):
            return self.label(self.source, target, model, **options)

    def expected(self):
        """What a run without any stop writes elsewhere, and how many chunks it asks for."""
        with tempfile.TemporaryDirectory() as name:
            model, target = Fast(), Path(name) / self.target.name
            self.run_to(target, model)
            return target.read_bytes(), len(model.batches)

    @property
    def is_begun(self):
        finished = folder_of(self.target) / "finished"
        return finished.exists() and finished.stat().st_size > 0

    @rule(place=st.integers(0, 99), text=TEXTS)
    def change_a_row(self, place, text):
        self.rows[place % len(self.rows)] = text
        self.save()

    @rule(text=TEXTS)
    def add_a_row(self, text):
        self.rows.append(text)
        self.save()

    @rule(
        after=st.integers(0, 5),
        where=st.sampled_from(["asking", "keeping", "telling"]),
        cut=st.integers(0, 30),
        resume=st.booleans(),
    )
    def kill(self, after, where, cut, resume):
        """A run that is killed at the so-many-th answer: before it is given, while it is kept, when it is written."""
        if self.is_begun and not resume:
            return
        left, count = Path(self.home.name) / "left", 0

        def now():
            nonlocal count
            count += 1
            if count > after:
                shutil.copytree(self.room, left)
                raise KilledError

        put = Parts.put

        def half(parts, key, answers):
            put(parts, key, answers)
            file = folder_of(self.target) / "finished"
            data = file.read_bytes()
            if count >= after:
                file.write_bytes(data[: max(0, len(data) - cut)])
            now()

        model = Killing()
        model.before = now if where == "asking" else model.before
        patched = mock.patch.object(Parts, "put", half if where == "keeping" else put)
        progress = (lambda *_: now()) if where == "telling" else None
        try:
            with patched:
                self.run_to(self.target, model, resume=resume, progress=progress)
        except KilledError:
            shutil.rmtree(self.room)
            left.rename(self.room)
        else:
            self.is_whole()

    @precondition(lambda self: self.is_begun)
    @rule(place=st.integers(0, 10_000), byte=st.integers(0, 255))
    def damage(self, place, byte):
        """A byte of what is kept is another one."""
        file = folder_of(self.target) / "finished"
        data = bytearray(file.read_bytes())
        data[place % len(data)] = byte
        file.write_bytes(data)

    @precondition(lambda self: self.is_begun)
    @rule()
    def begin_anew_unasked(self):
        """What is left of a run is neither used nor thrown away without being asked for."""
        before = (folder_of(self.target) / "finished").read_bytes()
        if b"\n" not in before:
            return  # not one answer is whole
        with pytest.raises(TableError, match="not finished"):
            self.run_to(self.target, Fast())
        assert (folder_of(self.target) / "finished").read_bytes().startswith(before[: before.rindex(b"\n")])

    @rule()
    def finish(self):
        model = Fast()
        self.run_to(self.target, model, resume=True)
        expected, chunks = self.expected()
        assert self.target.read_bytes() == expected
        assert len(model.batches) <= chunks
        self.is_whole()

    def is_whole(self):
        """The table is there, and nothing beside it."""
        assert sorted(path.name for path in self.room.iterdir()) == ["in.jsonl", self.target.name]
        self.standing = self.target.read_bytes()
        assert self.standing == self.expected()[0]

    @invariant()
    def what_stood_there_still_stands(self):
        if hasattr(self, "target"):
            assert (self.target.read_bytes() if self.target.exists() else None) == self.standing


TestTable = Table.TestCase
TestTable.settings = settings(
    max_examples=25, stateful_step_count=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
