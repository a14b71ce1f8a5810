"""Documents to statements: quotation, sentences, layout, and every construction that attributes words."""

import datetime as dt

import pytest

from stance.errors import DocumentError
from stance.segment import as_document, segment
from stance.segment.cues import LEXICON
from stance.segment.dates import find_date, said_on
from stance.segment.layout import read_layout
from stance.segment.quotes import find_quotes, overlapping
from stance.segment.sentences import split_outer, split_sentences
from stance.segment.tokens import tokenize
from stance.types import Document

WEDNESDAY = dt.date(2022, 3, 9)


def read(text, **known):
    """Name of the first speaker and words of every statement."""
    statements = segment(text, **known)
    assert all(text[s.start : s.end] == s.text for s in statements)
    return [(s.speaker.name if s.speaker else None, s.text) for s in statements]


def kinds(text):
    return [s.kind for s in segment(text)]


# -- quotation --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ('He said "no" and "yes".', ["no", "yes"]),
        ("He said “no” and “yes”.", ["no", "yes"]),
        ("Er sagte „nein“ und „ja“.", ["nein", "ja"]),
        ("Er sagte »nein« und »ja«.", ["nein", "ja"]),
        ("Il a dit « non » et « oui ».", [" non ", " oui "]),
        ("He said ``no'' and ``yes''.", ["no", "yes"]),
        ("He said ''no'' and ''yes''.", ["no", "yes"]),
        ("“No “ he said. “Yes.”", ["No ", "Yes."]),
        ("”No,” he said.", ["No,"]),
        ('"“', []),
        ("He left.", []),
    ],
)
def test_marks(text, quoted):
    assert [text[q.start : q.end] for q in find_quotes(text, [len(text)])] == quoted


def test_single_marks_count_only_without_double_ones_and_before_a_stop():
    text = "‘We mourn,’ he said of the ministers’ talks, the so-called ‘round’."
    assert [text[q.start : q.end] for q in find_quotes(text, [len(text)])] == ["We mourn,"]
    text = '‘We mourn,’ he said. "No."'
    assert [text[q.start : q.end] for q in find_quotes(text, [len(text)])] == ["No."]


def test_open_quotation_ends_with_its_paragraph():
    text = "“We mourn.\n“We ask for calm,” he said."
    quotes = find_quotes(text, [10, len(text)])
    assert [(text[q.start : q.end], q.closed) for q in quotes] == [("We mourn.", False), ("We ask for calm,", True)]


def test_one_unclosed_mark_costs_one_paragraph():
    text = 'He said: "We mourn. We stay.\nThey left.\nShe said: "No."'
    breaks = [place for place, character in enumerate(text) if character == "\n"] + [len(text)]
    found = [text[q.start : q.end] for q in find_quotes(text, breaks)]
    assert found == ["We mourn. We stay.", "No."]


def test_a_quotation_may_run_over_some_paragraphs_but_not_over_many():
    short, long = "“A.\nB.\nC.” he said.", "“A.\n" + "B.\n" * 20 + "C.” he said."
    for text, closed in ((short, True), (long, False)):
        breaks = [place for place, character in enumerate(text) if character == "\n"] + [len(text)]
        assert find_quotes(text, breaks)[0].closed is closed


def test_overlapping_finds_exactly_the_quotations_that_share_a_code_point():
    text = '"a" "b" "c"'
    quotes = find_quotes(text, [len(text)])
    for start in range(len(text)):
        for end in range(start + 1, len(text) + 1):
            expected = [q for q in quotes if q.outer_start < end and q.outer_end > start]
            assert overlapping(quotes, start, end) == expected


# -- sentences --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("He left. She stayed.", 2),
        ("Mr. Doe of the U.S. Embassy met Gen. Roe at 5 p.m. on Friday.", 1),
        ("They met at 5 p.m. The talks failed.", 2),
        ("J. R. Doe spoke. It rained.", 2),
        ("It rained… They left.", 2),
        ("“It rained…” They left.", 2),
        ("It cost 3.5 million.", 1),
        ("Why? Nobody knows! Really.", 3),
        ("So did I. We left.", 2),
        ("...............", 1),
    ],
)
def test_sentences(text, count):
    spans = split_sentences(text, 0, len(text))
    assert len(spans) == count
    assert "".join(text[a:b] for a, b in spans).replace(" ", "") == text.replace(" ", "")


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ('"We left. We slept," he said. It rained.', 2),
        ('"Who did it?" he asked. It rained.', 2),
        ('"Who did it?" Doe asked. It rained.', 2),
        ('"It was us." Doe left the room in haste.', 2),
    ],
)
def test_a_quotation_with_its_speaker_is_one_outer_sentence(text, count):
    assert len(split_outer(text, 0, len(text), find_quotes(text, [len(text)]))) == count


def test_tokens_keep_what_belongs_to_a_word():
    assert [token.text for token in tokenize("The U.S. pro-Kyiv Sant'Egidio @doe said: no.")] == [
        "The", "U.S.", "pro-Kyiv", "Sant'Egidio", "@doe", "said", ":", "no", ".",
    ]  # fmt: skip
    assert [token.low for token in tokenize("Norway’s Doe's")] == ["norway", "doe"]


# -- vocabulary -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "lemma"),
    [
        ("condemns", "condemn"), ("denied", "deny"), ("urging", "urge"), ("stressed", "stress"),
        ("regretted", "regret"),
        ("paid", "pay"), ("spoke", "speak"), ("signaled", "signal"), ("signalled", "signal"), ("slammed", "slam"),
        ("conveys", "convey"), ("reaffirming", "reaffirm"), ("table", ""),
    ],
)  # fmt: skip
def test_inflection(word, lemma):
    assert LEXICON.lemma(word) == lemma


def test_every_verb_that_needs_a_word_is_a_reporting_verb():
    assert {cue.lemma for cue in LEXICON.verbs.values()} >= set(LEXICON.needs)


# -- layout -----------------------------------------------------------------------------------------------------------


def blocks(text, **known):
    return [(block.kind, text[block.start : block.end]) for block in read_layout(text, **known).blocks]


@pytest.mark.parametrize(
    ("dateline", "date"),
    [
        ("OSLO, March 4. /TASS/. ", dt.date(2022, 3, 4)),
        ("OSLO, Norway — ", None),
        ("OSLO (Agency) - ", None),
        ("OSLO (Town News / Agency - 4th March, 2022) ", dt.date(2022, 3, 4)),
        ("Oslo 04.03.2022 ", dt.date(2022, 3, 4)),
        ("OSLO, 4 March 2022 (Agency) — ", dt.date(2022, 3, 4)),
        ("", None),
    ],
)
def test_title_subtitle_and_dateline(dateline, date):
    text = f"Norway condemns raid\n\nIt was a crime, envoy says\n\n{dateline}Norway condemned the raid."
    layout = read_layout(text, WEDNESDAY)
    assert [block.kind for block in layout.blocks] == ["title", "title", "body"]
    assert text[layout.blocks[2].start : layout.blocks[2].end] == "Norway condemned the raid."
    assert layout.date == date


def test_date_in_front_of_the_document():
    layout = read_layout(" date 2022-01-10 Norway condemned the raid.")
    assert layout.date == dt.date(2022, 1, 10)
    assert layout.blocks[0].start == 17


def test_boilerplate_and_bylines_are_no_text():
    text = "All news\nNorway condemns raid\nBy Jane Doe\nNorway condemned the raid.\nRead more\n© 2022 Town News\n***"
    assert [words for _, words in blocks(text)] == ["Norway condemns raid", "Norway condemned the raid."]


def test_a_line_that_goes_on_in_small_letters_is_one_paragraph():
    text = "Norway on Friday condemned the raid on the camp in\nthe north of the country.\nIt rained."
    assert [kind for kind, _ in blocks(text)] == ["body", "body"]


def test_post_with_link_date_and_account():
    text = "Norway mourns the dead. We ask for calm. https://t.co/abc — Jens Doe (@jensdoe) March 4, 2022"
    statements = segment(text)
    assert [(s.text, s.speaker.name, s.kind, s.date) for s in statements] == [
        ("Norway mourns the dead.", "Jens Doe", "post", dt.date(2022, 3, 4)),
        ("We ask for calm.", "Jens Doe", "post", dt.date(2022, 3, 4)),
    ]
    assert statements[0].source == "Jens Doe"
    assert text[statements[0].source_start :].startswith("Jens Doe (@")


def test_a_hyphen_inside_a_word_signs_no_post():
    text = "The pro-Kyiv rally went on - Jean-Luc Doe (@jldoe) March 4, 2022"
    assert [s.speaker.name for s in segment(text)] == ["Jean-Luc Doe"]


def test_a_signed_list_belongs_to_its_author():
    text = "The talks failed.\n#Norway:\n– the raid was a crime\n– the talks go on — Jens Doe (@jensdoe) March 4, 2022"
    assert read(text) == [("Jens Doe", "the raid was a crime"), ("Jens Doe", "the talks go on")]


def test_items_with_signatures_of_their_own_keep_them():
    text = "– a crime was done — Jens Doe (@jensdoe) March 4, 2022\n– the talks go on — Eva Roe (@evaroe) March 5, 2022"
    assert [(s.speaker.name, s.date.day) for s in segment(text)] == [("Jens Doe", 4), ("Eva Roe", 5)]


def test_speaker_turns():
    text = "MR DOE: We condemn the raid.\nWe ask for calm.\nQUESTION: Do you?\nMR DOE: (Laughter.)\nMR DOE: Yes."
    assert read(text) == [
        ("Doe", "We condemn the raid."),
        ("Doe", "We ask for calm."),
        (None, "Do you?"),
        ("Doe", "Yes."),
    ]


def test_one_colon_makes_no_turn():
    assert read("MR DOE: We condemn the raid.\nIt rained in the north.")[0][0] != "Doe"


# -- constructions ----------------------------------------------------------------------------------------------------

CONSTRUCTIONS = {
    "said that": ("Norway said that the raid was a crime.", [("Norway", "the raid was a crime")]),
    "said without that": ("Norway said the raid was a crime.", [("Norway", "the raid was a crime")]),
    "said on a day": ("Norway said on Monday that it would act.", [("Norway", "it would act")]),
    "said in a statement": ("Norway said in a written statement that it would act.", [("Norway", "it would act")]),
    "told reporters": ("Jane Doe told reporters on Monday that the raid failed.", [("Jane Doe", "the raid failed")]),
    "told a body": ("Jane Doe told the council the truce was over.", [("Jane Doe", "the truce was over")]),
    "told to": ("Jane Doe told residents to stay indoors.", [("Jane Doe", "told residents to stay indoors")]),
    "warned X he would": ("Norway warned Doe he would face sanctions.", [("Norway", "he would face sanctions")]),
    "warned of": ("Norway warned of a disaster in the camp.", [("Norway", "warned of a disaster in the camp")]),
    "expressed concern": (
        "Norway expressed deep concern over the fighting.",
        [("Norway", "expressed deep concern over the fighting")],
    ),
    "called on": ("Norway called on all sides to talk.", [("Norway", "called on all sides to talk")]),
    "called on in a statement": (
        "Norway called on all sides to talk in a long statement.",
        [("Norway", "called on all sides to talk in a long statement")],
    ),
    "short act": ("Norway urged restraint.", [("Norway", "urged restraint")]),
    "adverb of manner": ("Norway strongly condemned the raid.", [("Norway", "strongly condemned the raid")]),
    "according to, first": (
        "According to the Swedish envoy, talks have failed.",
        [("Swedish envoy", "talks have failed")],
    ),
    "according to, last": ("The talks have failed, according to Norway.", [("Norway", "The talks have failed")]),
    "also referred to": ("Norway also referred to the cease-fire.", [("Norway", "referred to the cease-fire")]),
    "two acts": (
        "Norway deplored the raid and conveyed condolences to the families.",
        [("Norway", "deplored the raid"), ("Norway", "conveyed condolences to the families")],
    ),
    "three acts": (
        "Norway deplored the raid, expressed sympathy with the families and urged both sides to stop.",
        [
            ("Norway", "deplored the raid"),
            ("Norway", "expressed sympathy with the families"),
            ("Norway", "urged both sides to stop"),
        ],
    ),
    "participle": ("Norway left the talks, adding that it would return.", [("Norway", "it would return")]),
    "participle of an act": (
        "Norway voted against the text, condemning the raid on the camp.",
        [("Norway", "condemning the raid on the camp")],
    ),
    "inverted": ('"We mourn the dead," said the envoy, Jane Doe.', [("Jane Doe", "We mourn the dead")]),
    "trailing": ('"We mourn the dead," Norway said.', [("Norway", "We mourn the dead")]),
    "trailing, indirect": ("The raid was a crime, Norway said.", [("Norway", "The raid was a crime")]),
    "mid-sentence": (
        '"We mourn the dead," Jane Doe said, "and we will help the families."',
        [("Jane Doe", "We mourn the dead"), ("Jane Doe", "and we will help the families.")],
    ),
    "quotation goes on": (
        '"We mourn the dead," Jane Doe said. "It was a crime."',
        [("Jane Doe", "We mourn the dead"), ("Jane Doe", "It was a crime.")],
    ),
    "colon": (
        'Jane Doe said: "We mourn the dead. We will help."',
        [("Jane Doe", "We mourn the dead."), ("Jane Doe", "We will help.")],
    ),
    "question": ('"Who did it?" Jane Doe asked.', [("Jane Doe", "Who did it?")]),
    "inserted": (
        "Order, the Swedish envoy affirms, was restored.",
        [("Swedish envoy", "Order, the Swedish envoy affirms, was restored")],
    ),
    "passive": (
        "The raid was condemned by Norway as a war crime.",
        [("Norway", "condemned by Norway as a war crime")],
    ),
    "is concerned": (
        "Norway is deeply concerned about the fighting.",
        [("Norway", "deeply concerned about the fighting")],
    ),
    "closely following": (
        "Norway is closely following the events in the north.",
        [("Norway", "closely following the events in the north")],
    ),
    "quoted as saying": (
        "The paper quoted Jane Doe as saying that the bridge was lost.",
        [("Jane Doe", "the bridge was lost")],
    ),
    "was quoted as saying": (
        "The bridge was lost, Jane Doe was quoted as saying.",
        [("Jane Doe", "The bridge was lost")],
    ),
    "noun of speech": (
        "It rained after Jane Doe's remark that “we will not yield”.",
        [("Jane Doe", "we will not yield")],
    ),
    "continues to": ("Norway continues to insist that the vote is void.", [("Norway", "the vote is void")]),
    "made clear": ("Norway made clear that it would stay.", [("Norway", "it would stay")]),
    "paid tribute": ("Norway paid tribute to the dead.", [("Norway", "paid tribute to the dead")]),
    "denied": ("Norway denied the report.", [("Norway", "denied the report")]),
    "relative clause": (
        "Moscow, which denies the charge, said the report was false.",
        [("Russia", "the charge"), ("Russia", "the report was false")],
    ),
    "apposition": (
        "The envoy, Jane Doe, said on Monday that the talks had failed.",
        [("Jane Doe", "the talks had failed")],
    ),
    "insertion before the verb": (
        "Jane Doe, who asked not to be paid, said the raid was a crime.",
        [("Jane Doe", "the raid was a crime")],
    ),
    "two speakers": (
        "Norway said the raid was a crime, while Sweden said it was not.",
        [("Norway", "the raid was a crime"), ("Sweden", "it was not")],
    ),
    "nested": ("Norway said Sweden had condemned the raid.", [("Sweden", "condemned the raid")]),
    "nested, noted": ("France noted that the EU had condemned the raid.", [("European Union", "condemned the raid")]),
    "own pronoun is no other": ("Norway said it regretted the vote.", [("Norway", "it regretted the vote")]),
    "outer speaker again": (
        "Norway said that Sweden regrets the vote, but added that talks would go on.",
        [("Sweden", "regrets the vote"), ("Norway", "talks would go on")],
    ),
    "name that looks negated": (
        "Doctors Without Borders said on Friday its staff had been beaten.",
        [("Doctors Without Borders", "its staff had been beaten")],
    ),
    "negation of another clause": (
        "Norway called for talks without conditions, and offered its condolences to the families.",
        [("Norway", "called for talks without conditions"), ("Norway", "offered its condolences to the families")],
    ),
    "name with an abbreviation": (
        "The Organization for Security and Co-operation in Europe (OSCE) said its monitors were safe.",
        [("Organization for Security and Co-operation in Europe", "its monitors were safe")],
    ),
    "according to one, says another": (
        "Ten were killed, according to Norway, and Sweden says the toll is higher.",
        [("Norway", "Ten were killed"), ("Sweden", "the toll is higher")],
    ),
    "was quoted as saying by": (
        '"It is a tragedy," Jane Doe was quoted as saying by a news agency.',
        [("Jane Doe", "It is a tragedy")],
    ),
    "while insisting": (
        "Norway called for a truce, while insisting that the border was closed.",
        [("Norway", "called for a truce"), ("Norway", "the border was closed")],
    ),
    "which somebody called": (
        "It ordered a call-up, which Norway called a sign of weakness.",
        [("Norway", "called a sign of weakness")],
    ),
    "surname that is a month": ("Theresa May said the vote was void.", [("Theresa May", "the vote was void")]),
    "surname that is a month, inverted": ('"It is void," said Theresa May.', [("Theresa May", "It is void")]),
    "pronoun behind an opening phrase": ("In his tweet he urged calm.", [(None, "urged calm")]),
    "verb of quoting": ('"We mourn," Jane Doe continued.', [("Jane Doe", "We mourn")]),
}


@pytest.mark.parametrize(("text", "statements"), CONSTRUCTIONS.values(), ids=CONSTRUCTIONS)
def test_construction(text, statements):
    assert read(text) == statements


HEADLINES = {
    "one act": ("Norway condemns raid on camp", [("Norway", "condemns raid on camp")]),
    "joined by a comma": (
        "Norway condemns raid, calls for talks",
        [("Norway", "condemns raid"), ("Norway", "calls for talks")],
    ),
    "colon behind the speaker": ("Norway: We will not yield an inch", [("Norway", "We will not yield an inch")]),
    "colon before the speaker": ("We will not yield an inch: Norway", [("Norway", "We will not yield an inch")]),
    "says behind a comma": ("Raid was a crime, Norway says", [("Norway", "Raid was a crime")]),
    "no speaker": ("Five die in raid on camp", []),
}


@pytest.mark.parametrize(("title", "statements"), HEADLINES.values(), ids=HEADLINES)
def test_headline(title, statements):
    text = f"{title}\n\nIt rained in the north."
    assert read(text) == statements
    assert set(kinds(text)) <= {"headline"}


@pytest.mark.parametrize(
    "text",
    [
        "Norway did not condemn the raid.",
        "Norway has not yet condemned the raid.",
        "Norway stopped short of condemning the raid.",
        "Norway refused to condemn the raid.",
        "Norway declined to express regret over the raid.",
        "Norway said nothing about the raid.",
        "Norway never apologised for the raid.",
        "No one condemned the raid on the camp.",
    ],
)
def test_an_act_withheld_is_no_statement(text):
    assert read(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "Thousands marched through the town on Monday. A bridge was destroyed in the night.",
        "The minister's demands grew. Calls by both sides for talks were heard.",
        "The army fired warning shots at the crowd near the camp.",
        "The town fell on Monday, Reuters reported.",
        "The report came late. The claims were tested.",
        "The “round table” met in the “white hall” on Monday.",
        "The raid, which killed four, was the third this year.",
    ],
)
def test_narration_is_no_statement(text):
    assert read(text) == []


def test_the_speaker_keeps_the_words_that_an_agency_passes_on():
    assert read("Norway condemned the raid on the camp, Reuters reported.") == [
        ("Norway", "condemned the raid on the camp")
    ]


@pytest.mark.parametrize(
    ("subject", "found"),
    [
        ("Norway, Sweden and the Netherlands", ["Norway", "Sweden", "Netherlands"]),
        ("The European Union, the UK, Norway and Sweden", ["European Union", "United Kingdom", "Norway", "Sweden"]),
        ("Both Norway and Sweden", ["Norway", "Sweden"]),
        ("On Friday, Norway and Sweden", ["Norway", "Sweden"]),
        ("However, Norway and Sweden", ["Norway", "Sweden"]),
        ("Jane Doe and Eva Roe", ["Jane Doe", "Eva Roe"]),
    ],
)
def test_joint_speakers(subject, found):
    (statement,) = segment(f"{subject} said they regretted the vote.")
    assert [speaker.name for speaker in statement.speakers] == found


def test_neither_speaks():
    assert read("Neither Norway nor Sweden condemned the raid.") == []


def test_kinds():
    assert kinds('"We mourn," Norway said.') == ["direct"]
    assert kinds('Norway said the raid was "a crime against us all".') == ["mixed"]
    assert kinds("Norway said the raid was a crime.") == ["indirect"]
    assert kinds("Norway condemns raid\n\nIt rained.") == ["headline"]


def test_marks_stay_outside_direct_words_and_whole_inside_mixed_ones():
    assert read('Norway called the raid "a crime" and "a scandal".') == [
        ("Norway", 'called the raid "a crime" and "a scandal"')
    ]


def test_open_quotation_belongs_to_the_speaker_named_behind_it():
    text = "Moscow said on Friday that it would stay.\n“We mourn.\n“We ask for calm,” said the Swedish envoy."
    assert read(text)[1:] == [("Swedish envoy", "We mourn."), ("Swedish envoy", "We ask for calm")]


def test_open_quotation_goes_on_with_the_speaker_named_before_it():
    text = "Jane Doe said: “We mourn.\n\n“We ask for calm.\n\n“We will stay.”"
    assert read(text) == [("Jane Doe", "We mourn."), ("Jane Doe", "We ask for calm."), ("Jane Doe", "We will stay.")]


def test_first_person_speaks_for_the_author_or_for_nobody_known():
    text = "We condemn the raid. We ask all sides to stop."
    named, unnamed = segment(text, author="Norway"), segment(text)
    assert [s.speaker.name for s in named] == ["Norway", "Norway"]
    assert [s.speakers for s in unnamed] == [(), ()]
    assert all(a.confidence > b.confidence for a, b in zip(named, unnamed, strict=True))


def test_an_author_in_the_title_speaks_throughout():
    text = "Remarks by Australian Foreign Minister Penny Wong on the raid\n\nI mourn the dead. There can be no excuse."
    assert read(text) == [("Penny Wong", "I mourn the dead."), ("Penny Wong", "There can be no excuse.")]
    text = "Joint statement by Norway and Sweden\n\nWe condemn the raid."
    assert [[s.name for s in statement.speakers] for statement in segment(text)] == [["Norway", "Sweden"]]


def test_a_title_that_only_tells_of_a_statement_names_no_author():
    text = "Statement by minister sparks row in parliament\n\nIt rained. It was late. They met. It was cold. We left."
    assert read(text) == [(None, "We left.")]


def test_a_given_author_speaks_only_in_the_first_person():
    assert read(
        "It rained in the north. We condemn the raid. It was late. They left. It was cold.", author="Norway"
    ) == [("Norway", "We condemn the raid.")]


# -- dates ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("Norway said on Monday that it would act.", dt.date(2022, 3, 7)),
        ("Norway said on Wednesday that it would act.", WEDNESDAY),
        ("On January 5 Norway said that it would act.", dt.date(2022, 1, 5)),
        ("Norway said on December 30 that it would act.", dt.date(2021, 12, 30)),
        ('"We mourn," Norway said on Friday.', dt.date(2022, 3, 4)),
        ("Norway said that it would act on Monday.", WEDNESDAY),
    ],
)
def test_date_of_a_statement(text, date):
    assert [s.date for s in segment(text, date=WEDNESDAY)] == [date]


def test_dates_in_words_and_numbers():
    assert find_date("the 5th May, 2021") == dt.date(2021, 5, 5)
    assert find_date("09.01.2022") == dt.date(2022, 1, 9)
    assert find_date("2022-01-09") == dt.date(2022, 1, 9)
    assert find_date("January 5") is None
    assert find_date("99.99.2022") is None
    assert said_on("on Monday", None) is None


def test_document_date_holds_for_statements_without_one():
    assert [s.date for s in segment("Norway urged restraint.")] == [None]
    dated = "OSLO, March 4, 2022. /Agency/. Norway condemned the raid. On Thursday Norway urged restraint."
    assert [s.date for s in segment(dated)] == [dt.date(2022, 3, 4), dt.date(2022, 3, 3)]


# -- the door ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "  \n", "…!?", 7])
def test_a_text_without_words_is_refused(text):
    with pytest.raises(DocumentError):
        segment(text)


def test_other_languages_are_refused_unless_forced_or_declared():
    text = (
        "Der Außenminister verurteilte den Angriff auf das Lager und rief beide Seiten zur Zurückhaltung auf. "
        "Er sprach den Angehörigen der Opfer sein Beileid aus und forderte einen Waffenstillstand."
    )
    with pytest.raises(DocumentError, match="'de'"):
        segment(text)
    assert segment(text, force=True) == []
    assert segment(Document(text=text, language="en")) == []
    with pytest.raises(DocumentError, match="'fr'"):
        segment(Document(text="Norway urged restraint.", language="fr"))


def test_arguments_replace_fields_of_a_document():
    document = as_document(Document(text="Norway spoke.", id="a", author="Sweden"), date=WEDNESDAY)
    assert (document.id, document.author, document.date) == ("a", "Sweden", WEDNESDAY)
