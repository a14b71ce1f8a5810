"""Conventions of transcripts and posts: whose words they are, however a house sets labels and accounts."""

import pytest

from stance.segment import segment
from stance.segment.posts import is_aside, is_author
from stance.speakers.accounts import bears, parts_of, read_account
from stance.speakers.registry import load_registry


def read(text):
    return [
        (statement.speaker.name if statement.speaker else None, statement.text)
        for statement in segment(text, force=True)
    ]


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("Jane Doe ✔ @jdoe: We mourn them.", "Jane Doe"),
        ("Jane Doe (@jdoe), minister in Oslo, posts: We mourn them.", "Jane Doe"),
        ("Jane Doe (@jdoe) 20 Feb: We mourn them.", "Jane Doe"),
        ("[Jane Doe ✔ @jdoe] We mourn them.", "Jane Doe"),
        ("Jane Doe via Telegram: We mourn them.", "Jane Doe"),
        ("Jane Doe (on X, in Danish): “We mourn them.”", "Jane Doe"),
        ("X | Jane Doe | We mourn them. | Oct 27, 2017", "Jane Doe"),
        ("Jane Doe tweeted: We mourn them.", "Jane Doe"),
        ("Jane Doe's account: “We mourn them.”", "Jane Doe"),
        ("From Jane Doe (@jdoe), at 5.20 a.m.: “We mourn them.”", "Jane Doe"),
        ("It was late. Jane Doe (Facebook): We mourn them.", "Jane Doe"),
        ("Jane Doe on Telegram ⬇\nWe mourn them.", "Jane Doe"),
        ("Jane Doe\nGovernment official\n@jdoe\nWe mourn them.\n12.3K Retweets  30K Likes", "Jane Doe"),
        ("Jane Doe\n@jdoe\nWe mourn them.\n5:05 AM · Jan 3, 2020 · Twitter for iPhone", "Jane Doe"),
    ],
)
def test_a_post_belongs_to_whoever_stands_before_it(line, name):
    assert read(f"The day\n\n{line}\n\nThe roads were empty.") == [(name, "We mourn them.")]


def test_a_shared_post_is_its_own_authors():
    text = "The day\n\nJane Doe\n@jdoe\nWe mourn them.\nQuote Tweet\nJan Roe\n@jroe\nWe are safe.\n\nIt rained."
    assert read(text) == [("Jane Doe", "We mourn them."), ("Jan Roe", "We are safe.")]


def test_a_post_in_a_list_ends_with_its_item():
    text = "The day\n\n‣ Jane Doe, on Telegram:\nWe mourn them.\n‣ Jan Roe condemned the raid.\n‣ It rained."
    assert read(text.replace("‣", "•")) == [("Jane Doe", "We mourn them."), ("Jan Roe", "condemned the raid")]


@pytest.mark.parametrize(
    "line",
    [
        "From Oslo: the roads were empty.",
        "Jane Doe (@jdoe) lives in three places: Oslo, Bergen and Paris.",
        "The roads to the north were empty, as @jdoe has seen.",
    ],
)
def test_a_line_that_tells_is_no_post(line):
    assert all(statement.kind != "post" for statement in segment(f"The day\n\n{line}\n\nIt rained.", force=True))


def test_what_stands_beside_a_post():
    assert is_aside("4:11 AM · Mar 4, 2022 · Twitter Web App")
    assert is_aside("ReTruthed 9.41k · Likes 31k")
    assert not is_aside("9 people died")
    assert is_author("Permanent Mission of Norway to UN")
    assert not is_author("we have seen")


def test_accounts_of_institutions():
    registry = load_registry()
    assert parts_of("@MFAofArmenia") == ["MFA", "of", "Armenia"]
    for account, name, state in [
        ("MFA_Norway", "Ministry of Foreign Affairs of Norway", "Norway"),
        ("UKinGhana", "Embassy of the United Kingdom in Ghana", "UK"),
        ("FranceauNiger", "Embassy of France in Niger", "France"),
        ("EmbassyofJapan", "Embassy of Japan", "Japan"),
    ]:
        reading = read_account(account, registry)
        assert reading is not None
        assert (reading.text, reading.state) == (name, state)
    assert read_account("ReutersNorway", registry) is None
    assert read_account("jdoe", registry) is None


@pytest.mark.parametrize("account", "JaneDoering janedoering jdoering SecDoering janemdoering doering_pm".split())
def test_an_account_bears_a_name(account):
    assert bears(account, "Jane Doering")


@pytest.mark.parametrize("account", ["doeringland", "janedoe", "news"])
def test_an_account_may_bear_another_name(account):
    assert not bears(account, "Jane Doering")


HEAD = "Press point with Jane Doering, foreign minister of Norway, and Jan Rooker, foreign minister of Ghana."


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("J. Doering — {}", "J. Rooker — {}"),
        ("Minister Doering\n{}", "Minister Rooker\n{}"),
        ("(Minister Doering, in Danish): {}", "(Minister Rooker, in English): {}"),
        ("Doering  00:15\n{}", "Rooker  00:31\n{}"),
        ("[00:15] Jane Doering\n{}", "[00:31] Jan Rooker\n{}"),
        ("**Doering** *(in Danish)*: {}", "**Rooker** *(in English)*: {}"),
        ("JD: {}", "JR: {}"),
        ("DOERING (NO): {}", "ROOKER (GH): {}"),
    ],
)
def test_labels_of_many_houses(first, second):
    words = ["We mourn them.", "A map will not help.", "We shall help.", "Nobody left."]
    turns = [label.format(word) for label, word in zip([first, second] * 2, words, strict=True)]
    found = read(HEAD + "\n\n" + "\n\n".join(turns))
    assert [text for _, text in found] == words
    assert [name.split()[-1] for name, _ in found] == ["Doering", "Rooker"] * 2


def test_a_dialogue_behind_dashes_has_one_who_answers():
    text = (
        "Jane Doering is Norway's envoy.\n\n- Is it over?\n\n- It is not.\n\n- Paris says so.\n\n- We disagree.\n\n"
        "- Will you go?\n\n- I shall stay."
    )
    assert read(text) == [("Jane Doering", answer) for answer in ("It is not.", "We disagree.", "I shall stay.")]


def test_who_asks_once_says_nothing():
    text = (
        "MR. DOERING: We mourn them.\n\nPOST: Did you know?\n\nMR. DOERING: We did.\n\nJane (CNN): And now?\n\n"
        "MR. DOERING: We wait."
    )
    assert read(text) == [("Doering", answer) for answer in ("We mourn them.", "We did.", "We wait.")]


def test_a_list_of_who_takes_part_names_offices():
    text = (
        "PARTICIPANTS\nHenrik Maas, Prime Minister\nElke Verhulst, Federal Prosecutor\n\n"
        "PRIME MINISTER: We mourn them.\n\nPROSECUTOR: We look for him.\n\nPRIME MINISTER: We wait."
    )
    assert [name for name, _ in read(text)] == ["Henrik Maas", "Elke Verhulst", "Henrik Maas"]


def test_a_state_speaks_through_its_delegate():
    text = (
        "Remarks by President Tomas Vask of Colindria\n\nPRESIDENT VASK: We met. Colindria calls on all to wait.\n\n"
        "Q: And then?\n\nPRESIDENT VASK: We meet again."
    )
    assert {name for name, _ in read(text)} == {"Tomas Vask"}
    record = (
        "28. Ms. Doering (Iceland) said that her Government was alarmed. Iceland condemned the raid.\n\n"
        "29. Mr. Rooker (Qatar) noted that talks were better."
    )
    assert [name for name, _ in read(record)] == ["Doering", "Doering", "Rooker"]


def test_a_name_ends_with_its_sentence():
    text = "MS. LIND: We shall begin with the Donbas. Armavia is worried.\n\nQ: Why?\n\nMS. LIND: We are neighbours."
    assert {name for name, _ in read(text)} == {"Lind"}
