"""Every fenced block of the README and of docs/ runs and prints what it is said to print; see ``readme.py``."""

import subprocess

import pytest
from readme import DOCUMENTS, README, ROOT, agrees, blocks, room, run, runnable

TEXT = README.read_text(encoding="utf-8")
RUNNABLE = [
    (document, block, said)
    for document in DOCUMENTS
    for block, said in runnable(blocks(document.read_text(encoding="utf-8")))
]


@pytest.fixture(scope="module")
def workshops(tmp_path_factory):
    """A folder for each document, in which its blocks run one after the other."""
    folders = {document: tmp_path_factory.mktemp(document.stem) for document in DOCUMENTS}
    return {document: (folder, room(folder)) for document, folder in folders.items()}


@pytest.mark.parametrize(
    ("document", "block", "said"), RUNNABLE, ids=[f"{document.name} {block.name}" for document, block, _ in RUNNABLE]
)
def test_block_prints_what_it_says(document, block, said, workshops):
    printed = run(block, *workshops[document])
    expected = block.body if block.language == "console" else said
    assert agrees(expected, printed), printed


def test_setting_up_is_left_to_the_script_that_starts_from_nothing():
    setting_up = [block for block in blocks(TEXT) if (block.language, block.argument) == ("sh", "ci")]
    assert len(setting_up) == 2
    assert "stance report seeds/" in setting_up[0].body
    assert "./check" in setting_up[1].body
    # The first screen: both before anything else that is fenced.
    assert blocks(TEXT)[:2] == setting_up
    done = subprocess.run(["bash", "-n", ".ci/run"], cwd=ROOT, check=False)
    assert done.returncode == 0


@pytest.mark.parametrize(
    ("said", "printed", "fits"),
    [
        ("a\nb\n", "a\nb\n", True),
        ("a\nb\n", "a\n", False),
        ("a … c\n", "a b c\n", True),
        ("a … c\n", "a\nb c\n", False),
        ("a\n…\nc\n", "a\nb\nb\nc\n", True),
        ("a\n…\nc\n", "a\nb\n", False),
        ("a.c\n", "abc\n", False),
        ("", "", True),
        ("", "more\n", False),
    ],
)
def test_ellipsis_stands_for_what_may_vary(said, printed, fits):
    assert agrees(said, printed) is fits
