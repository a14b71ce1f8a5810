"""Broken input, a few hundred of each kind: refused in one line or read; ``fuzzing.py`` tries more of it."""

import fuzzing
import pytest

from stance.errors import SpeakerError, StanceError
from stance.speakers.registry import load_registry

# How many inputs a target gets here; about two seconds each.
RUNS = {"documents": 60, "tables": 80, "codebooks": 300, "speakers": 60, "records": 300}
SAVED = sorted(path for path in fuzzing.REGRESSIONS.rglob("*") if path.is_file())


@pytest.fixture(scope="module")
def room():
    return fuzzing.Room()


def test_every_target_has_its_share():
    assert set(RUNS) == set(fuzzing.TARGETS)


@pytest.mark.parametrize("name", fuzzing.TARGETS)
def test_broken_input_is_refused_or_read(name, room):
    taken = fuzzing.own(name, 0, RUNS[name], room)
    # Some of it is sound, so that what comes behind the first check is tried, too.
    assert 0 < taken < RUNS[name] or name == "documents"


@pytest.mark.parametrize("path", SAVED, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_what_once_failed_does_not_fail_again(path, room):
    fuzzing.attempt(path.parent.name, path.read_bytes(), room)


@pytest.mark.parametrize("name", fuzzing.TARGETS)
def test_seeds_are_sound_and_a_number_gives_one_input(name, room):
    seeds = fuzzing.TARGETS[name][1]()
    assert all(fuzzing.attempt(name, seed, room) for seed in seeds)
    assert [fuzzing.mutated(seeds, number) for number in range(20)] == [
        fuzzing.mutated(seeds, number) for number in range(20)
    ]


def test_errors_are_one_line_whatever_a_file_holds(room):
    with pytest.raises(SpeakerError, match=r"\[\[actor\]\] a\\nb: no name"):
        load_registry(room.file("broken.toml", b'[[actor]]\nid = "a\\nb"\n'))
    assert str(StanceError("a\x1b[31m\u2028\ud800", remedy="b\tc")) == r"a\x1b[31m\u2028\ud800; b\tc"
    assert StanceError("a\nb").what == "a\nb"


@pytest.mark.parametrize("name", [".", " ", "—"])
def test_names_without_a_letter_name_nobody(name, room):
    with pytest.raises(SpeakerError, match=r"\[\[actor\]\] q: no name"):
        load_registry(room.file(f"{ord(name)}.toml", f'[[actor]]\nid = "q"\nname = "{name}"\n'.encode()))


def test_genders_of_a_speaker_file_are_two_letters(room):
    person = b'[[person]]\nid = "x"\nname = "Xu Yi"\nactor = "x"\nown_actor = true\ngender = "female"\n'
    with pytest.raises(SpeakerError, match="x: gender is neither m nor f"):
        load_registry(room.file("gender.toml", person))
