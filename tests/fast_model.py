"""A model that costs nothing to load: answers follow from the text alone; other processes can have it, too."""

import hashlib
import time
from dataclasses import dataclass, field

LABELS = ("long", "none")


@dataclass
class Fast:
    """Takes ``long`` for texts of more than ten letters.

    Attributes:
        seconds: that a batch takes.
        version: part of the fingerprint.
        batches: what this copy was asked.
    """

    seconds: float = 0.0
    version: int = 1
    batches: list = field(default_factory=list)

    labels = LABELS

    @property
    def fingerprint(self):
        return f"fast {self.version}"

    def __reduce__(self):
        return type(self), (self.seconds, self.version)

    def map_batch(self, batch, column="text"):
        texts = list(batch[column])
        self.batches.append(texts)
        self.answer(texts)
        time.sleep(self.seconds)
        long = [len(text) > 10 for text in texts]
        return {
            "stance_labels": ["long" * yes for yes in long],
            "stance_intensities": ["strong" * yes for yes in long],
            "stance_unsure": ["" if yes else "long;none" for yes in long],
            "p_long": [0.123456789 + 0.8 * yes for yes in long],
            "p_none": [int(hashlib.md5(text.encode()).hexdigest()[:6], 16) / 2**24 for text in texts],
            "stance_error": [""] * len(texts),
        }

    def answer(self, texts):
        """For models that do something else on the way."""


class Dying(Fast):
    """Ends its process at a text that says so."""

    def answer(self, texts):
        import os
        import signal

        if "die" in texts:
            os.kill(os.getpid(), signal.SIGKILL)


class Failing(Fast):
    """Raises at a text that says so."""

    def answer(self, texts):
        if "fail" in texts:
            raise OSError("the disk is on fire")


class Renamed(Fast):
    """Has another fingerprint in every process, as if the folder it was loaded from had been replaced."""

    @property
    def fingerprint(self):
        import os

        return str(os.getpid())


class Traced(Fast):
    """Leaves a file in a folder that is named by the process it answers in."""

    def __init__(self, folder, seconds=0.0):
        super().__init__(seconds)
        self.folder = folder

    def __reduce__(self):
        return type(self), (self.folder, self.seconds)

    def answer(self, texts):
        import os

        (self.folder / str(os.getpid())).touch()
