"""Time and memory grow as the length of the input does; ``growth.py`` has the inputs, and measures longer ones."""

import growth
import pytest

import stance
from stance.errors import DocumentError

# What costs little can be long enough here to tell a square from a line, in characters; all else is shorter.
LONG, SHORT = (64_000, 256_000), (3_000, 12_000)
CHEAP = (
    "one word", "gap", "blank lines", "capitals", "capitals and stops", "hyphens", "one combined letter", "address",
    *(name for name in growth.INPUTS if name.startswith("table: ")),
)  # fmt: skip
# What grew with the square of its length before, or looks back: the other inputs are tried by command.
COSTLY = (
    "one sentence", "words", "line separators", "open quotations", "one quoted sentence", "nested", "brackets",
    "colons", "combining characters", "posts", "signed and unsigned items", "turns of many", "turns of many ministers",
    "one long turn", "initials", "introductions", "ages", "offices", "texts", "texts of nobody", "relatives",
)  # fmt: skip
# Four times the length may take so many times as long: the square would take sixteen.
MOST = 8
# Below this nothing can be told, in seconds.
FLOOR = 0.15


@pytest.mark.parametrize("name", CHEAP + COSTLY)
def test_four_times_the_length_takes_four_times_as_long(name):
    short, long = LONG if name in CHEAP else SHORT
    for _ in range(3):
        # The shorter one behind the longer: what is loaded at first counts for neither.
        high = growth.seconds(name, long)
        if high < FLOOR or high < MOST * max(growth.seconds(name, short), FLOOR / MOST):
            return
    pytest.fail(f"{name}: {high:.2f} s for {long} characters")


@pytest.mark.parametrize("name", ["quotations", "new names", "open quotations", "table: open cells"])
def test_memory_grows_as_the_length_does(name):
    low, high = (growth.peak(name, length) / length for length in (4_000, 16_000))
    assert high < 1.5 * low


def test_documents_over_the_limit_are_refused_with_what_to_do():
    with pytest.raises(DocumentError, match="has 20 characters, more than the limit of 19; split it"):
        stance.segment("Norway said no, too.", max_characters=19)
    with pytest.raises(DocumentError, match="more than the limit of 10"):
        stance.analyze("Norway said no, too.", max_characters=10)
    assert stance.segment("Norway said no, too.", max_characters=20)
    assert stance.segment("Norway said no, too.", max_characters=None)


def test_cells_that_were_never_closed_cost_their_line_and_no_other():
    rows = growth.read_csv("a,b\n1,2\n" + 'x","y\n' * 3 + "3,4\n")
    assert [(row.cells, row.error is None) for row in rows if row.cells] == [
        ({"a": "1", "b": "2"}, True),
        ({"a": "3", "b": "4"}, True),
    ]
    assert [row.error for row in rows].count(None) == 2
    assert len(rows) == 5
    # Behind them, a cell of several lines is one again.
    rows = growth.read_csv('a,b\nx","y\nx","y\n"z" z\n1,"2\n3"\n')
    assert (rows[-1].cells, len(rows)) == ({"a": "1", "b": "2\n3"}, 4)
