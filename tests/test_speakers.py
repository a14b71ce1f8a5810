"""Who is meant by a mention in a document, and whom that speaker counts for."""

import datetime as dt

import pytest

from stance.segment import segment
from stance.speakers.mentions import Mention, read_mention
from stance.speakers.registry import load_registry
from stance.speakers.resolve import Resolver

REGISTRY = load_registry()


def speakers(text, **known):
    """The first speaker of every statement."""
    return [statement.speaker for statement in segment(text, **known)]


def names(text, **known):
    return [speaker.name if speaker else None for speaker in speakers(text, **known)]


def actor(mention):
    """Actor that somebody counts for who is described so."""
    (speaker,) = speakers(f"{mention} said the raid on the camp was a crime.")
    return speaker.actor


# -- mentions ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mention", "person"),
    [
        ("Norwegian Foreign Minister Jane Doe", "Jane Doe"),
        ("the minister, Jane Doe", "Jane Doe"),
        ("Jane Doe, a spokeswoman for the ministry", "Jane Doe"),
        ("Jane Doe of Amnesty International", "Jane Doe"),
        ("Mr. Doe", "Doe"),
        ("Minister for Foreign Affairs Jane Doe", "Jane Doe"),
        ("a spokesman for President Jane Doe", None),
        ("Gen. Jan van der Doe", "Jan van der Doe"),
        ("NATO spokesman Jan Doe", "Jan Doe"),
        ("the Ministry of Foreign Affairs", None),
        ("the Security Council", None),
        ("the secretary-general of the United Nations", None),
        ("Norway", None),
        ("the Guardian", None),
        ("the Open Doors Project", None),
        ("President-elect Jan Doe", "Jan Doe"),
        ("Doe & Sons, a Norwegian firm", None),
        ("SGF Information", None),
        ("the Conference of Northern Churches", None),
        ("In April Jane Doe", "Jane Doe"),
    ],
)
def test_the_person_in_a_mention(mention, person):
    assert read_mention(mention, REGISTRY).person == person


@pytest.mark.parametrize(
    ("mention", "office", "state"),
    [
        ("the Ukrainian president", "president", "Ukraine"),
        ("the president of Ukraine", "president", "Ukraine"),
        ("the Kazakh leader", "president", "Kazakhstan"),
        ("the British foreign secretary", "foreign minister", "UK"),
        ("the EU's foreign policy chief", "high representative", "EU"),
        ("the president of the European Council", "european council president", "EU"),
        ("Britain's top diplomat", "foreign minister", "UK"),
        ("Norway's long-serving premier", "prime minister", "Norway"),
        ("a Ukrainian president", None, "Ukraine"),
        ("the former Ukrainian president", None, "Ukraine"),
        ("the Ukrainian opposition leader", None, "Ukraine"),
        ("a spokesman for the Ukrainian president", None, "Ukraine"),
    ],
)
def test_the_office_in_a_mention(mention, office, state):
    reading = read_mention(mention, REGISTRY)
    assert (reading.office, reading.state) == (office, state)


@pytest.mark.parametrize(
    "mention",
    [
        "The Dutch foreign ministry", "Dutch diplomats", "A Dutch official", "Dutch soldiers", "The Dutch envoy",
        "A spokeswoman for the Dutch government", "Dutch Foreign Minister Jan Doe", "Jan Doe, a Dutch diplomat",
        "The Dutch embassy", "The Dutch attorney general", "The Dutch side",
    ],
)  # fmt: skip
def test_servants_of_a_state_count_for_it(mention):
    assert actor(mention) == "Netherlands"


@pytest.mark.parametrize(
    ("mention", "name"),
    [
        ("Dutch MP Jan Doe", "Jan Doe"),
        ("Dutch opposition leader Jan Doe", "Jan Doe"),
        ("Former Dutch minister Jan Doe", "Jan Doe"),
        ("Dutch lawyer Jan Doe", "Jan Doe"),
        ("Dutch activists", "Dutch activists"),
        ("A Dutch analyst", "Dutch analyst"),
        ("Dutch protesters", "Dutch protesters"),
        ("The wife of the Dutch prime minister", "wife of the Dutch prime minister"),
        ("Jan Doe, head of a Dutch company,", "Jan Doe"),
    ],
)
def test_everybody_else_counts_for_themselves(mention, name):
    (speaker,) = speakers(f"{mention} said the raid on the camp was a crime.")
    assert (speaker.name, speaker.actor, speaker.parent) == (name, name, "Netherlands")


@pytest.mark.parametrize(
    ("mention", "expected"),
    [
        ("Amnesty International researcher Jane Doe", "Amnesty International"),
        ("Jane Doe of Human Rights Watch", "Human Rights Watch"),
        ("The UN mission", "UN"),
        ("OSCE observers", "OSCE"),
        ("NATO countries", "NATO countries"),
        ("A former NATO commander", "former NATO commander"),
    ],
)
def test_whoever_is_described_by_an_organisation_speaks_for_it(mention, expected):
    assert actor(mention) == expected


@pytest.mark.parametrize(
    ("mention", "kind"),
    [
        ("The Dutch minister of education", "office"),
        ("A government spokesman", "office"),
        ("The Dutch defence ministry", "body"),
        ("Dutch officials", "group"),
        ("Some people", "group"),
        ("A Dutch analyst", "person"),
        ("Jan Doe", "person"),
        ("Norway", "state"),
        ("The EU", "union"),
        ("NATO", "organisation"),
    ],
)
def test_kind_of_a_speaker(mention, kind):
    (speaker,) = speakers(f"{mention} said the raid on the camp was a crime.")
    assert speaker.kind == kind


# -- discourse --------------------------------------------------------------------------------------------------------


def test_the_ministry_is_the_one_named_before():
    text = (
        "The Norwegian Ministry of Foreign Affairs condemned the raid. The ministry urged restraint. It also mourned."
    )
    assert names(text) == ["Norwegian Ministry of Foreign Affairs"] * 2
    assert {s.actor for s in speakers(text)} == {"Norway"}


def test_a_ministry_named_again_in_other_words_is_the_same():
    text = "Norway's foreign ministry condemned the raid. The Ministry of Foreign Affairs of Norway urged restraint."
    found = speakers(text)
    assert len({s.id for s in found}) == 1
    assert found[0].name == "Ministry of Foreign Affairs of Norway"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Jan Doe, an elder in the town, said the well was dry.", ["Jan Doe"]),
        ("Norway urged calm, and its minister, Jan Doe, likened the raid to arson.", ["Norway", "Jan Doe"]),
        ("Norway urged calm; Jan Doe, its minister, asked for aid.", ["Norway", "Jan Doe"]),
        ("The talks failed, while Norway left. By noon the rebels denied it.", ["rebels"]),
    ],
)
def test_a_name_beside_its_description_speaks(text, expected):
    assert names(text) == expected


def test_a_noun_that_opens_a_sentence_is_nobody():
    text = "Jan Doe condemned the raid. Smoke hung over the port. He said the town was lost."
    assert names(text) == ["Jan Doe", "Jan Doe"]
    assert names(text.replace("Smoke hung", "Roe stood").replace("raid.", "raid on Roe in a note.")) == [
        "Jan Doe",
        "Roe",
    ]


def test_an_epithet_is_the_last_who_spoke():
    text = "Norwegian minister Jan Doe condemned the raid. The general urged restraint. It rained in Oslo."
    assert names(text) == ["Jan Doe"] * 2


def test_the_mission_is_the_delegation():
    text = "The EU Delegation to Norway condemned the raid. The mission also urged restraint in the north."
    assert [s.actor for s in speakers(text)] == ["EU", "EU"]
    assert len(set(names(text))) == 1


def test_the_bloc_is_the_union_of_the_document():
    text = "Ministers of the European Union met Norway's envoy in Oslo. The bloc condemned the raid."
    assert names(text) == ["European Union"]


def test_the_body_is_the_council_of_the_document():
    assert names("The Security Council met on Friday. The 15-member body condemned the raid.") == ["Security Council"]


def test_the_country_is_the_state_seen_last():
    assert names("Officials of Norway met on Friday. The country condemned the raid.") == ["Norway"]


def test_pronouns():
    text = (
        "Norwegian President Jan Doe condemned the raid. He urged restraint. "
        "Swedish spokeswoman Eva Roe denounced it too. She called for talks. "
        "The foreign ministry of Norway expressed sympathy. It called for calm. "
        "Dutch diplomats demanded talks. They urged restraint."
    )
    assert (
        names(text)
        == ["Jan Doe"] * 2 + ["Eva Roe"] * 2 + ["Ministry of Foreign Affairs of Norway"] * 2 + ["Dutch diplomats"] * 2
    )


def test_they_are_those_who_spoke_together():
    text = "Norway and Sweden condemned the raid. They urged restraint. "
    text += "Dutch diplomats mourned the dead. They called for talks."
    assert [[s.name for s in statement.speakers] for statement in segment(text)] == [
        ["Norway", "Sweden"], ["Norway", "Sweden"], ["Dutch diplomats"], ["Dutch diplomats"],
    ]  # fmt: skip


def test_without_a_date_the_words_tell_whom_a_person_serves():
    text = "Dutch Prime Minister Mark Rutte condemned the raid. Rutte urged restraint."
    assert [s.actor for s in speakers(text)] == ["Netherlands", "Netherlands"]
    assert [s.actor for s in speakers("NATO chief Mark Rutte condemned the raid on the camp.")] == ["NATO"]


def test_a_pronoun_does_not_take_the_wrong_gender():
    assert names("Mr. Jan Doe condemned the raid. She urged restraint.") == ["Jan Doe", None]


def test_pronouns_are_less_sure_than_names_and_the_less_the_farther_or_the_more_rivals():
    def sure(text):
        return [s.confidence for s in segment(text)]

    near = sure("Jan Doe condemned the raid. He urged restraint.")
    far = sure("Jan Doe condemned the raid. It rained. It snowed. It rained. He urged restraint.")
    rivals = sure("Jan Doe and Tom Roe condemned the raid. He urged restraint.")
    nobody = sure("It rained. He urged restraint.")
    assert near[0] > near[1] > far[1] > nobody[0]
    assert near[1] > rivals[1] > nobody[0]


def test_possessive_pronouns_lead_to_the_owner():
    text = "Emmanuel Macron will visit Kyiv, his office said. It added that he would stay."
    assert [(s.name, s.actor) for s in speakers(text)] == [("Emmanuel Macron's office", "France")] * 2
    text = "Emmanuel Macron condemned the raid. His wife also condemned it in Paris."
    assert [s.actor for s in speakers(text)] == ["France", "Emmanuel Macron's wife"]


def test_another_office_of_the_same_body_is_somebody_else():
    text = "UN chief Antonio Guterres condemned the raid. The UN human rights chief denounced the raid as well."
    assert names(text) == ["Antonio Guterres", "UN human rights chief"]


def test_an_office_holder_by_date():
    text = "The Ukrainian president condemned the raid on the camp."
    assert names(text, date=dt.date(2016, 5, 1)) == ["Petro Poroshenko"]
    assert names(text, date=dt.date(2022, 5, 1)) == ["Volodymyr Zelenskyy"]
    (unknown,) = speakers(text)
    assert (unknown.name, unknown.kind, unknown.actor) == ("Ukrainian president", "office", "Ukraine")


def test_an_office_holder_named_in_the_document_needs_no_date():
    text = "The Ukrainian president condemned the raid. It was his third visit, Petro Poroshenko's aides said."
    assert names(text)[0] == "Petro Poroshenko"


def test_an_office_holder_of_the_document_outranks_the_registry():
    text = "Norwegian Prime Minister Jane Doe condemned the raid. The Norwegian prime minister urged restraint."
    assert names(text, date=dt.date(2022, 5, 1)) == ["Jane Doe", "Jane Doe"]


def test_a_former_holder_in_the_document_is_not_the_holder():
    text = "Petro Poroshenko met the envoys on Friday. The Ukrainian president condemned the raid on the camp."
    assert names(text, date=dt.date(2022, 5, 1)) == ["Volodymyr Zelenskyy"]


def test_a_spokeswoman_is_no_man():
    text = "The Kremlin spokeswoman condemned the raid."
    assert names(text, date=dt.date(2016, 5, 1)) == ["Kremlin spokeswoman"]
    assert names(text.replace("woman", "man"), date=dt.date(2016, 5, 1)) == ["Dmitry Peskov"]


def test_surnames_and_titles_lead_to_the_fullest_name():
    text = "Doe condemned the raid. Mr Doe urged restraint. The envoy, Jane Ann Doe, called for talks."
    assert set(names(text)) == {"Jane Ann Doe"}
    assert len({s.id for s in speakers(text)}) == 1


def test_a_registered_person_keeps_the_spelling_of_the_document():
    text = "Kassym-Zhomart Tokayev condemned the raid. Tokayev urged restraint."
    assert names(text) == ["Kassym-Zhomart Tokayev"] * 2
    assert {s.id for s in speakers(text)} == {"kassym-jomart-tokayev"}


def test_handles_lead_to_registered_persons_and_else_to_the_name():
    known, unknown = (
        speakers(f"We mourn the dead. — {name} January 9, 2022")[0]
        for name in ("J. B. (@JosepBorrellF)", "Jane Doe (@jdoe)")
    )
    assert (known.id, known.actor) == ("josep-borrell", "EU")
    assert (unknown.name, unknown.actor) == ("Jane Doe", "Jane Doe")


def test_statements_belong_to_whoever_issued_them():
    text = "Norway issued a declaration by Sweden and itself. The Swedish statement condemned the raid on the camp."
    assert names(text) == ["Sweden"]
    text = "The Norwegian foreign ministry condemned the raid. The statement also urged restraint."
    assert len({s.id for s in speakers(text)}) == 1
    text = "According to a report by Amnesty International, ten died. It rained. The report condemned the raid."
    assert names(text) == ["Amnesty International"] * 2
    text = "The mission of Norway left. A report on the raid said ten had died. The mission report blamed rebels."
    assert names(text) == ["mission of Norway"] * 2
    text = "The Norwegian foreign ministry met the press. A statement on the ministry's website said ten had died."
    assert names(text)[-1] == "Ministry of Foreign Affairs of Norway"


def test_relative_pronouns_stand_for_the_noun_before():
    assert names("He met Jane Doe, who condemned the raid on the camp.") == ["Jane Doe"]


def test_who_the_text_does_not_name_is_nobody():
    assert speakers("She condemned the raid on the camp.") == [None]


# -- names, descriptions and labels of the document -------------------------------------------------------------------


def resolved(text, *mentions, author=None, date=None):
    """Names that mentions stand for at the end of a text whose sentences were read before."""
    resolver = Resolver(REGISTRY, text, author=author, date=date)
    for sentence in text.split("\n"):
        resolver.notice(sentence)
    return [[e.speaker().name for e in resolver.resolve(Mention(words, len(text))).entities] for words in mentions]


@pytest.mark.parametrize(("pronoun", "name"), [("She", "Margaret Roe"), ("He", "Stefan Doe")])
def test_first_names_tell_whom_a_pronoun_means(pronoun, name):
    text = "Margaret Roe met the delegates.\nStefan Doe met the press." if pronoun == "She" else (
        "Stefan Doe met the delegates.\nMargaret Roe met the press."
    )  # fmt: skip
    assert resolved(text, pronoun) == [[name]]


@pytest.mark.parametrize(
    ("text", "description", "name"),
    [
        ("Colonel Ramon Doe, who commands the sector, met the mayors.", "the colonel", "Ramon Doe"),
        ("The consul in Tromso, Jane Roe, opened the hall.", "the consul", "Jane Roe"),
        ("Talks with Norway's consul general in Tromso, Jane Roe, went on.", "the consul", "Jane Roe"),
        ("Jane Roe, a farmer, lost eleven goats.", "the farmer", "Jane Roe"),
        ("Jane Doe has buried nine people since Christmas.", "the parish priest", "Jane Doe"),
        ("Dutch Minister Saskia Roe was in mourning.", "the politician", "Saskia Roe"),
        ("Colonel Jane Doe met the mayors.", "the priest", "priest"),
        ("Jane Doe of Norway met the mayors.", "the Polish ambassador", "Polish ambassador"),
        ("Armistice Agreement talks went on.", "the spokesperson", "spokesperson"),
    ],
)
def test_a_description_fits_whom_the_text_describes_so_or_has_just_named(text, description, name):
    assert resolved(text, description) == [[name]]


def test_two_ministers_are_the_two_called_so():
    text = "Norwegian Minister Jane Roe met Dutch Minister Jan Doe and Colonel Ramon Poe."
    assert resolved(text, "The two ministers") == [["Jane Roe", "Jan Doe"]]


def test_a_clause_is_no_part_of_a_description():
    text = "Jane Doe met the mayors."
    assert resolved(text, "The relief mission, its roof gone", "a police officer who gave no name") == [
        ["relief mission"],
        ["police officer"],
    ]


def test_abbreviations_stand_for_the_name_they_shorten():
    text = "Talks with the Front for Northern Unity (FNU) failed. The FNU said the raid on the camp was a crime."
    assert names(text) == ["Front for Northern Unity"]


def test_an_institution_that_writes_is_the_one_of_its_kind():
    author = "Ministry of Foreign Affairs of Norway"
    assert resolved("The raid was a crime.", "The Ministry", author=author) == [[author]]


@pytest.mark.parametrize("author", ["Northern Youth of the Diaspora, Oslo", "Conference of Northern Churches"])
def test_the_name_of_an_author_is_kept_whole(author):
    (found,) = Resolver(REGISTRY, "We mourn.", author=author).author()
    assert found.speaker().name == author


def test_somebody_called_by_a_possessive_twice_is_the_same():
    text = "Prime Minister Jan Doe met the press."
    first, second = resolved(text, "His park warden", "His park warden")
    assert first == second == ["Jan Doe's park warden"]


def test_a_bloc_is_known_by_its_members():
    assert resolved("Talks went on.", "The 27-nation bloc") == [["European Union"]]


def test_the_top_diplomat_of_the_union_by_date():
    text = "The EU met."
    assert resolved(text, "The EU's top diplomat", date=dt.date(2021, 5, 1)) == [["Josep Borrell"]]


@pytest.mark.parametrize(
    ("label", "name", "actor"),
    [
        ("Mr. LUND (Norway)", "Lund", "Norway"),
        ("Mrs. Roe (Russian Federation) (spoke in Russian)", "Roe", "Russia"),
        ("The PRESIDENT (Mr. Roe, Norway)", "Roe", "Norway"),
        ("The PRESIDENT (interpretation from Spanish)", "Poe", "Ghana"),
        ("MS ROE (acting head of mission)", "Roe", "Roe"),
        ("J.D.", "Jane Doe", "Jane Doe"),
        ("THE CONSUL", "Jane Doe", "Jane Doe"),
    ],
)
def test_labels_of_turns(label, name, actor):
    text = "President: Mr. Poe (Ghana)\n\nThe consul, Jane Doe, came late."
    resolver = Resolver(REGISTRY, text)
    resolver.notice(text)
    (found,) = resolver.resolve(Mention(label, len(text), signed=True)).entities
    assert (found.speaker().name, found.speaker().actor) == (name, actor)


def test_an_office_keeps_its_holder_through_a_record():
    resolver = Resolver(REGISTRY, "")
    labels = ("The President (Ms. Roe, Norway)", "The President", "The President (spoke in French)")
    found = [resolver.resolve(Mention(label, 0, signed=True)).entities[0] for label in labels]
    assert [entity.speaker().name for entity in found] == ["Roe"] * 3


@pytest.mark.parametrize(
    ("introduction", "name"), [("We met Jane Doe.", ["Jane Doe"]), ("We met Jane Doe and Jan Roe.", [])]
)
def test_answers_are_of_the_only_person_whom_the_text_introduced(introduction, name):
    resolver = Resolver(REGISTRY, introduction)
    resolver.notice(introduction)
    found = resolver.resolve(Mention("A", len(introduction), signed=True)).entities
    assert [entity.speaker().name for entity in found] == name


# -- names that follow, subjects that said nothing --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('The ousted man denied it. "I am not involved," Jan Karlov told reporters.', ["Jan Karlov"] * 2),
        ("The rebel who took the town said he would stay.\n\nJan Karlov wore a hat.", ["Jan Karlov"]),
        (
            'Jane Doe said it was over. Senator Jan Roe was unmoved. "I will not vote," he said.',
            ["Jane Doe", "Jan Roe"],
        ),
        (
            "The outgoing information ministry went out with a note. It appealed for calm.",
            ["outgoing information ministry"],
        ),
        ("Norwegian Fisheries and Ports Minister Jan Roe said it sank.", ["Jan Roe"]),
        ("The strongman of the port, Jan Amir Roe of the Union of Guards, said he would talk.", ["Jan Amir Roe"]),
        ("Tom Roe was alone. He called it a crime. Troops would leave, insisted the Nigerian.", ["Tom Roe"] * 2),
        ("The Norwegian president, Jan al-Roe, said it was over.", ["Jan al-Roe"]),
    ],
)
def test_who_is_meant_by_what_stands_around(text, expected):
    assert names(text) == expected


# -- institutions, sorts of bodies, former offices --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Norway protested to Sweden over the raid. The foreign ministry urged restraint.",
            ["Norway", "Ministry of Foreign Affairs of Norway"],
        ),
        ("The defence ministry in Oslo condemned the raid.", ["Norwegian defence ministry"]),
        ("Oslo's foreign ministry condemned the raid.", ["Ministry of Foreign Affairs of Norway"]),
        (
            "Oslo's foreign ministry condemned the raid. The Norwegian foreign ministry urged restraint.",
            ["Ministry of Foreign Affairs of Norway"] * 2,
        ),
        ("Norway's foreign ministry condemned the raid.", ["Ministry of Foreign Affairs of Norway"]),
        ("The Norwegian government condemned the raid.", ["Government of Norway"]),
        ("Norway condemned the raid. The kingdom's army urged restraint.", ["Norway", "Norwegian army"]),
        (
            "Norwegian Foreign Minister Jan Roe condemned the raid. His ministry urged restraint.",
            ["Jan Roe", "Ministry of Foreign Affairs of Norway"],
        ),
    ],
)
def test_an_institution_without_its_state_is_that_of_the_state_spoken_of(text, expected):
    assert names(text) == expected


@pytest.mark.parametrize(
    ("text", "description", "name"),
    [
        ("Jane Roe, 67, met Tom Poe, 31, and the press.", "the 67-year-old", "Jane Roe"),
        ("General Jan Roe met the mayors.", "the officer", "Jan Roe"),
        ("Norwegian President Jane Roe met the mayors. Russia's envoys did not.", "the head of state", "Jane Roe"),
        ("Petro Poroshenko met Ukraine's envoys.", "the former Ukrainian president", "Petro Poroshenko"),
    ],
)
def test_a_description_by_age_rank_or_former_office(text, description, name):
    assert resolved(text, description, date=dt.date(2022, 5, 1)) == [[name]]


@pytest.mark.parametrize(
    ("first", "second", "name"),
    [
        ("The Northern Relief Fund", "The charity", "Northern Relief Fund"),
        ("The Regional Court", "The judges", "Regional Court"),
        ("The Northern Liberation Front", "The rebels", "Northern Liberation Front"),
    ],
)
def test_a_sort_of_body_is_the_last_of_that_sort(first, second, name):
    assert names(f"{first} condemned the raid. {second} urged restraint.") == [name] * 2


def test_a_name_between_commas_behind_a_description_is_its_name():
    text = "Norway met. Its deputy premier, Jane Roe, said no."
    resolver = Resolver(REGISTRY, text)
    resolver.notice("Norway met.")
    (found,) = resolver.resolve(Mention("Its deputy premier", text.index("Its"))).entities
    assert (found.speaker().name, found.speaker().actor) == ("Jane Roe", "Norway")


# -- reasons ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "mention", "reason"),
    [
        ("It rained.", "Norway", "a name in the registry"),
        ("It rained.", "Jane Roe", "a name in the document"),
        ("Jane Roe met the press.", "Roe", "named in full elsewhere in the document"),
        ("It rained.", "Norway and Sweden", "several names"),
        ("It rained.", "we", "the text names nobody"),
        ("It rained.", "he", "pronoun: nobody it could stand for"),
        ("Mr Jan Roe met the press.", "he", "pronoun: the last man named"),
        ("Jane Roe met the press.", "she", "pronoun: the last woman named"),
        ("Norway met the press.", "it", "pronoun: the last body or state named"),
        ("Norway met the press.", "the country", "description: the last that is a country"),
        ("Colonel Jan Roe met the press.", "the colonel", "description: the last called colonel"),
        ("Jan Roe, 67, met the press.", "the 67-year-old", "description: the person of that age"),
        ("Jan Roe, a farmer, met the press.", "the 67-year-old", "description: the last person spoken of"),
        ("Jane Roe has buried nine people.", "the parish priest", "description: the last person it fits"),
        ("Mr Jan Roe met the press.", "the Nigerian", "description: the last person of that state"),
        ("Norway met the press.", "the foreign ministry", "description: the institution of the state spoken of"),
        ("It rained.", "the Ukrainian president", "holder of the office on 2022-05-01"),
        ("Volodymyr Zelenskyy ate.", "the Ukrainian president", "holder of the office, named before"),
        (
            "Petro Poroshenko met Ukraine's envoys.",
            "the former Ukrainian president",
            "former holder of the office, named in the document",
        ),
        ("It rained.", "two officials", "a description, not named elsewhere"),
        (
            "Norwegian Minister Jane Roe met Dutch Minister Jan Doe.",
            "the two ministers",
            "description: the last so many of that title",
        ),
        ("It rained.", "the Swedish statement", "the issuer of the statement"),
        ("A report by Sweden came out.", "the statement", "the issuer of a text named before"),
        ("Norway met the press.", "the statement", "a text whose issuer is not named"),
    ],
)
def test_the_reason_of_a_resolution(text, mention, reason):
    resolver = Resolver(REGISTRY, text, date=dt.date(2022, 5, 1))
    resolver.notice(text)
    assert resolver.resolve(Mention(mention, len(text))).reason == reason


@pytest.mark.parametrize(
    ("label", "handle", "reason"),
    [
        ("Jane Roe", "@janeroe", "the signature of a post"),
        ("Josep Borrell", "@JosepBorrellF", "an account in the registry"),
        ("Q", None, "a role without a name"),
        ("A", None, "the person interviewed"),
        ("Mr. ROE (Norway)", None, "the label of a turn"),
        ("J.P.", None, "the label of a turn: initials"),
        ("The PRESIDENT (Mr. Roe, Norway)", None, "the label of a turn: named behind the office"),
        ("THE CONSUL", None, "the label of a turn: the holder of the office in the document"),
    ],
)
def test_the_reason_of_a_signature(label, handle, reason):
    text = "The consul, Jane Poe, came late."
    resolver = Resolver(REGISTRY, text)
    resolver.notice(text)
    assert resolver.resolve(Mention(label, len(text), signed=True, handle=handle)).reason == reason


def test_reasons_that_need_what_was_said_before():
    resolver = Resolver(REGISTRY, "It rained.", author="Norway")
    assert resolver.resolve(Mention("we", 0)).reason == "the document's author"
    assert resolver.resolve(Mention("the statement", 0)).reason == "the statement: whoever spoke last"
    assert resolver.resolve(Mention("a report by Sweden", 0)).reason == "the issuer of the report"
    assert resolver.resolve(Mention("the report", 0)).reason == "the issuer of the report named before"
    resolver.resolve(Mention("Norway and Sweden", 0))
    assert resolver.resolve(Mention("they", 0)).reason == "pronoun: the last who spoke together"
    resolver.resolve(Mention("Mr Jan Roe", 0))
    assert resolver.resolve(Mention("he", 0)).reason == "pronoun: the last man who spoke"
    text = 'The ousted man denied it. "I am not involved," Jan Karlov told reporters. The Ukrainian president ate.'
    resolver = Resolver(REGISTRY, text)
    assert resolver.resolve(Mention("The ousted man", 0)).reason == "description: named in the next sentences"
    text = "The Ukrainian president ate. Petro Poroshenko slept."
    found = Resolver(REGISTRY, text).resolve(Mention("The Ukrainian president", 0))
    assert found.reason == "holder of the office, named in the document"


# -- lists, capitals, declarations ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mention", "actors"),
    [
        ("EU, US", ["EU", "US"]),
        ("EU, Norway", ["EU", "Norway"]),
        ("Norway, Sweden, Finland", ["Norway", "Sweden", "Finland"]),
        ("Paris, France", ["France"]),
        ("Brussels, Belgium", ["EU"]),
        ("Norway, a member of the council", ["Norway"]),
    ],
)
def test_a_list_without_and(mention, actors):
    resolver = Resolver(REGISTRY, f"{mention} condemn raid")
    assert [entity.actor for entity in resolver.resolve(Mention(mention, 0)).entities] == actors


def test_a_capital_that_is_also_a_name_speaks_where_its_state_is_named():
    told = "Santiago condemned the raid on the camp."
    assert [speaker.actor for speaker in speakers(f"Chile lost two men. {told}")] == ["Chile"]
    assert [speaker.actor for speaker in speakers(f"Norway lost two men. {told}")] == ["Santiago"]


@pytest.mark.parametrize(
    ("text", "author", "actor"),
    [
        ("The Ministers condemned the raid on the camp.", "Gulf Cooperation Council", "GCC"),
        ("The Heads of State and Government condemned the raid on the camp.", "African Union", "AU"),
        ("The Central Organ condemned the raid on the camp.", "African Union", "AU"),
        ("COMMUNIQUE OF THE CENTRAL ORGAN OF THE OAU\n\nThe Central Organ condemned the raid.", None, "AU"),
        ("G7 Leaders' Statement\n\nThe Leaders condemned the raid on the camp.", None, "G7"),
        ("The Group condemned the raid on the camp by Hezbollah.", "G20", "G20"),
        # no declarations, or not of that body
        ("The ministers condemned the raid on the camp.", "African Union", "ministers"),
        ("The Ministers condemned the raid on the camp.", "The Northern Times", "Ministers"),
        ("The Ministers condemned the raid on the camp.", "Amnesty International", "Ministers"),
        ("The Ministers of Sudan condemned the raid on the camp.", "African Union", "Sudan"),
        ("Norway rejects statement of the EU\n\nThe Ministers condemned the raid.", None, "Ministers"),
    ],
)
def test_what_a_declaration_calls_its_issuer(text, author, actor):
    assert speakers(text, author=author)[-1].actor == actor


def test_a_declaration_may_call_another_body_a_council():
    text = "The UN Security Council met. The Council condemned the raid on the camp."
    assert speakers(text, author="NATO")[-1].name == "UN Security Council"


def test_a_mention_without_a_word_names_nobody():
    resolved = Resolver(REGISTRY, "Norway spoke.").resolve(Mention(" ,", 0))
    assert resolved.entities == ()
    assert resolved.reason == "the text names nobody"


@pytest.mark.parametrize(
    ("introduction", "label", "name"),
    [
        ("We met Josip Horvat in Split.", "JH", "Josip Horvat"),
        ("We met Josip Horvat in Split.", "Josip", "Josip Horvat"),
        ("We met the ambassador, Josip Horvat.", "THE AMBASSADOR", "Josip Horvat"),
        ("We met Josip Horvat in Split.", "The Commissioner", "Josip Horvat"),
        ("Ms. Roe, of Guyana, was in the Chair.", "The President", "Roe"),
        ("", "El representante de CHILE (Sr. Doe)", "Doe"),
    ],
)
def test_labels_of_turns_name_whom_the_document_introduced(introduction, label, name):
    resolver = Resolver(REGISTRY, introduction)
    resolver.notice(introduction)
    found = resolver.resolve(Mention(label, len(introduction), signed=True)).entities
    assert [entity.speaker().name for entity in found] == [name]


def test_answers_are_of_whom_the_text_says_it_asked():
    introduction = "Jan Roe of the Times talked to Jane Doe."
    resolver = Resolver(REGISTRY, introduction)
    resolver.notice(introduction)
    found = resolver.resolve(Mention("A", len(introduction), signed=True)).entities
    assert [entity.speaker().name for entity in found] == ["Jane Doe"]


def test_who_at_the_start_of_an_item_is_nobody():
    for text in ("- who condemned the raid on the port and left.", "• who said that the port was closed."):
        assert all(statement.speaker is None for statement in segment(text, force=True))
