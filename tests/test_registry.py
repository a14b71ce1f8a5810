"""The registry of actors: the shipped file, look-up, and files of one's own."""

import datetime as dt
import tomllib
from collections import Counter
from importlib.resources import files

import pytest

from stance.errors import SpeakerError
from stance.segment import segment
from stance.speakers.registry import key, load_registry
from stance.speakers.search import describe, search

REGISTRY = load_registry()


# -- registry ---------------------------------------------------------------------------------------------------------


def test_every_name_and_id_of_the_shipped_file_belongs_to_one_entry():
    data = tomllib.loads(files("stance.speakers").joinpath("speakers.toml").read_text(encoding="utf-8"))
    rows = [row for table in data.values() for row in table]
    assert [name for name, count in Counter(row["id"] for row in rows).items() if count > 1] == []
    assert len(REGISTRY.entries) == len(rows)
    for row in rows:
        if row not in data["person"]:
            for name in (row["name"], *row.get("aliases", ())):
                assert REGISTRY.find(name).speaker.id == row["id"], name


def test_every_link_of_the_shipped_file_leads_somewhere():
    for entry in REGISTRY.entries.values():
        assert entry.is_own_actor or entry.speaker.actor in REGISTRY.entries, entry
        for name in filter(None, (entry.speaker.parent, *(office.of for office in entry.offices))):
            assert REGISTRY.linked(name) is not None, (entry.speaker.id, name)
        for office in entry.offices:
            assert office.since is None or office.until is None or office.since <= office.until, entry


def test_the_actors_of_the_codebook():
    borrell, tokayev = REGISTRY.find("Josep Borrell").speaker, REGISTRY.find("Kassym-Jomart Tokayev").speaker
    assert (borrell.id, borrell.kind, borrell.actor) == ("josep-borrell", "person", "EU")
    assert (tokayev.actor, tokayev.parent) == ("Tokayev", "Kazakhstan")
    for name in ("European Commission", "European Council", "EEAS", "the European Union", "EU", "Brussels"):
        assert REGISTRY.find(name).speaker.actor == "EU", name
    assert REGISTRY.actor_of("Kazakh") == "Kazakhstan"
    assert REGISTRY.actor_of("Ukrainians") == "Ukraine"
    assert REGISTRY.find("Ruritania") is None
    assert REGISTRY.actor_of("table") is None


@pytest.mark.parametrize(
    ("name", "form"),
    [("The U.S.", "US"), ("us", "us"), ("European  Union", "european union"), ("N.A.T.O.", "nato"), ("Doe’s", "doe's")],
)
def test_names_are_compared_without_dots_articles_and_case_but_for_short_abbreviations(name, form):
    assert key(name) == form


def test_holder_of_an_office_by_year():
    assert REGISTRY.holder("president", "Ukraine", dt.date(2016, 5, 1)).speaker.name == "Petro Poroshenko"
    assert REGISTRY.holder("president", "Ukraine", dt.date(2022, 5, 1)).speaker.name == "Volodymyr Zelenskyy"
    assert REGISTRY.holder("president", "Ukraine", dt.date(2019, 5, 1)) is None  # two in that year
    assert REGISTRY.holder("foreign minister", "UK", dt.date(2015, 5, 1)) == REGISTRY.find("Philip Hammond")
    assert REGISTRY.holder("Foreign Secretary", "UK", dt.date(2015, 5, 1)) == REGISTRY.find("Philip Hammond")
    assert REGISTRY.holder("president", "Ruritania", dt.date(2016, 5, 1)) is None
    assert REGISTRY.holder("astronomer", "UK", dt.date(2016, 5, 1)) is None


def test_a_person_counts_for_the_actor_served_at_the_time():
    rutte = REGISTRY.find("Mark Rutte")
    assert REGISTRY.at(rutte, dt.date(2015, 5, 1)).actor == "Netherlands"
    assert REGISTRY.at(rutte, dt.date(2025, 5, 1)).actor == "NATO"
    assert REGISTRY.at(rutte, None).actor == "NATO"
    tokayev = REGISTRY.find("Kassym-Jomart Tokayev")
    assert REGISTRY.at(tokayev, dt.date(2010, 5, 1)).actor == "Tokayev"


def test_search():
    assert [entry.speaker.id for entry in search(REGISTRY, "Borrell")] == ["josep-borrell"]
    assert search(REGISTRY, "France")[0].speaker.id == "France"
    assert len(search(REGISTRY)) == len(REGISTRY.entries)
    assert search(REGISTRY, "Ruritania") == []
    assert describe(REGISTRY.entries["josep-borrell"])["actor"] == "EU"


# -- files of one's own -----------------------------------------------------------------------------------------------

FOUR_LINES = '[[actor]]\nid = "Ruritania"\nname = "Ruritania"\ndemonym = ["Ruritanian"]\n'


def write(folder, text):
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_four_lines_add_an_actor(tmp_path):
    registry = load_registry(write(tmp_path, FOUR_LINES))
    assert len(registry.entries) == len(REGISTRY.entries) + 1
    (statement,) = segment("The Ruritanian foreign ministry condemned the raid.", speakers=registry)
    assert statement.speaker.actor == "Ruritania"
    assert "Ruritania" not in REGISTRY.entries


def test_a_file_may_replace_an_entry_and_add_persons(tmp_path):
    text = FOUR_LINES + (
        '[[person]]\nid = "doe"\nname = "Jane Doe"\naliases = ["Doe"]\nactor = "Ruritania"\n'
        'offices = [{title = "President", of = "Ruritania", from = 2020}]\n'
        '[[actor]]\nid = "Norway"\nname = "Kingdom of Norway"\nkind = "state"\n'
    )
    registry = load_registry(write(tmp_path, text))
    assert registry.find("Norway") is None
    assert registry.find("Kingdom of Norway").speaker.id == "Norway"
    (statement,) = segment("The Ruritanian president urged restraint.", speakers=registry, date=dt.date(2022, 1, 1))
    assert statement.speaker.name == "Jane Doe"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("id = ", "cannot be read as TOML"),
        ('[[actors]]\nid = "A"\n', "unknown table [[actors]]"),
        ('[actor]\nid = "A"\n', "write [[actor]]"),
        ("actor = [7]\n", "number 1: no table"),
        ('[[actor]]\nname = "A"\n', "number 1: no id"),
        ('[[actor]]\nid = "A"\n', "[[actor]] A: no name"),
        ('[[actor]]\nid = "A"\nname = "A"\nalias = ["B"]\n', "unknown field 'alias'"),
        ('[[actor]]\nid = "A"\nname = "A"\naliases = "B"\n', "aliases is no list"),
        ('[[actor]]\nid = "A"\nname = "A"\naliases = [7]\n', "aliases is no list of names"),
        ('[[actor]]\nid = "A"\nname = 7\n', "name is no str"),
        ('[[body]]\nid = "A"\nname = "A"\n', "no actor"),
        ('[[body]]\nid = "A"\nname = "A"\nactor = "Ruritania"\n', "no actor 'Ruritania'"),
        ('[[body]]\nid = "A"\nname = "A"\nactor = "EU"\nparent = "Ruritania"\n', "nobody is called 'Ruritania'"),
        (
            '[[person]]\nid = "A"\nname = "A B"\nactor = "EU"\noffices = [{title = "x"}]\n',
            "an office needs title and of",
        ),
        (
            '[[person]]\nid = "A"\nname = "A B"\nactor = "EU"\noffices = [{title = "x", of = "EU", from = "2020"}]\n',
            "from is no int",
        ),
        ('[[actor]]\nid = "A"\nname = "A"\n[[actor]]\nid = "A"\nname = "B"\n', "'A' is used twice"),
        ('[[actor]]\nid = "A"\nname = "Norway"\n', "names shared by two speakers: 'Norway'"),
    ],
)
def test_a_bad_file_is_refused_with_its_name_and_what_is_wrong(tmp_path, text, complaint):
    path = write(tmp_path, text)
    with pytest.raises(SpeakerError) as caught:
        load_registry(path)
    assert complaint in str(caught.value)
    assert str(path) in str(caught.value)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(SpeakerError, match=r"none\.toml"):
        load_registry(tmp_path / "none.toml")
