"""Documents to statements: quotation, sentences, layout, addresses, dates, and what is refused."""

import datetime as dt
from itertools import pairwise

import pytest

from stance.errors import DocumentError
from stance.segment import as_document, segment
from stance.segment.cues import LEXICON
from stance.segment.dates import find_date, said_on
from stance.segment.layout import read_layout
from stance.segment.quotes import find_quotes, overlapping
from stance.segment.sentences import split_outer, split_sentences
from stance.segment.tokens import tokenize
from stance.segment.typeset import Typeset
from stance.types import Document

WEDNESDAY = dt.date(2022, 3, 9)


def read(text, **known):
    """Name of the first speaker and words of every statement."""
    statements = segment(text, **known)
    assert all(text[s.start : s.end] == s.text for s in statements)
    return [(s.speaker.name if s.speaker else None, s.text) for s in statements]


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


def test_single_marks_count_only_before_a_stop_and_straight_ones_only_without_double_ones():
    text = "‘We mourn,’ he said of the ministers’ talks, the so-called ‘round’."
    assert [text[q.start : q.end] for q in find_quotes(text, [len(text)])] == ["We mourn,"]
    text = "'We mourn,' he said. \"No.\""
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
        ("Doe", "Yes."),
    ]


def test_questions_and_answers():
    text = "Q: Will you go?\nA: We will go.\n\nQ. And then?\nA: We will talk.\n\nThe interview was held in the north."
    assert read(text, author="Jane Doe") == [("Jane Doe", "We will go."), ("Jane Doe", "We will talk.")]


def test_labels_that_come_back_are_turns_and_who_only_asks_says_nothing():
    text = "Weekly: Will you go?\n\nDoe: We will go.\n\nWeekly: When?\n\nDoe: Soon, with friends."
    text += "\n\nAnd Sweden?\n\nDoe: Yes."
    assert [words for _, words in read(text)] == ["We will go.", "Soon, with friends.", "Yes."]


def test_turns_with_brackets_and_on_behalf():
    text = "MR. STANO (EEAS): Good morning. We urge calm.\nMr. DOE (Norway), on behalf of the Five: We regret this."
    assert [words for _, words in read(text)] == ["We urge calm.", "We regret this."]


def test_an_interview_is_nobodys_address():
    assert read("We met him in the north.\n\nDOE: It is cold.\n\nROE: It rains.")[0][1] == "It is cold."


@pytest.mark.parametrize(
    "head", ["Jane Doe @janedoe", "Jane Doe\n@janedoe", "Jane Doe ✔ @janedoe · 3m", "12.05 Jane Doe @janedoe"]
)
def test_posts_below_an_account(head):
    text = f"11.20 It rained.\n\n{head}\n@roe We are sad.\nMore at noon.\n8:29 PM · 30 Sep 2018"
    text += "\n\n12.40 Norway condemned the raid."
    found = segment(text)
    assert [(s.kind, s.text) for s in found[:2]] == [("post", "We are sad."), ("post", "More at noon.")]
    assert [s.text for s in found[2:]] == ["condemned the raid"]


def test_a_shared_post_is_its_authors():
    assert [(s.kind, s.text) for s in segment("RT @janedoe: We are sad.")] == [("post", "We are sad.")]


@pytest.mark.parametrize(
    "stamp", ["09.40 —", "10:51", "[12.05 NPT]", "(9:22 PM)", "IST 15:31 |", "Wed 09.10", "1.34pm"]
)
def test_time_stamps_are_no_words(stamp):
    text = f"08.00 It rained.\n\n{stamp} Norway: “We condemn the raid.”\n"
    assert read(text) == [("Norway", "We condemn the raid.")]


def test_others_speak_in_an_address():
    text = "We met at noon. The envoy of Sweden told us the truce was over. Our government condemns it. We are sad."
    words = [words for _, words in read(text)]
    assert "the truce was over" in words
    assert "Our government condemns it." in words
    assert "We are sad." in words


def test_a_stop_without_space_ends_a_sentence():
    text = "He prayed for the victims.Moscow said so. Node.js and the U.S.A. it is."
    spans = split_sentences(text, 0, len(text))
    assert [text[start:end] for start, end in spans] == [
        "He prayed for the victims.",
        "Moscow said so.",
        "Node.js and the U.S.A. it is.",
    ]


def test_single_marks_beside_double_ones():
    text = 'Norway called it "dreadful weather". ‘We condemn the raid,’ Sweden said.'
    assert ("Sweden", "We condemn the raid") in read(text)


def test_one_colon_makes_no_turn():
    assert read("MR DOE: We condemn the raid.\nIt rained in the north.")[0][0] != "Doe"


# -- addresses --------------------------------------------------------------------------------------------------------


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


def test_numbers_of_paragraphs_are_no_statements():
    text = "Statement by Norway\n\n1. We condemn the raid.\n\n(2) We urge restraint.\n\n3."
    assert read(text) == [("Norway", "We condemn the raid."), ("Norway", "We urge restraint.")]


def test_a_title_that_only_tells_of_a_statement_names_no_author():
    text = "Statement by minister sparks row in parliament\n\nIt rained. It was late. They met. It was cold. We left."
    assert read(text) == []


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


def test_the_day_of_the_dateline_goes_before_that_of_publication():
    text = "OSLO, March 4. /Agency/. Norway condemned the raid. On Thursday Norway urged restraint."
    assert [s.date for s in segment(text, date=WEDNESDAY)] == [dt.date(2022, 3, 4), dt.date(2022, 3, 3)]


@pytest.mark.parametrize(
    ("text", "days"),
    [
        (
            "Norway referred to the declaration of the ministers released on Saturday. "
            "According to the declaration, Sweden condemns the raid.",
            [9, 5],
        ),
        ("Norway praised a statement issued on Saturday. According to the letter, Sweden condemns the raid.", [9, 9]),
        ("According to the declaration, Sweden condemns the raid. It was a declaration released on Saturday.", [9]),
    ],
)
def test_a_text_known_by_its_day_gives_it_to_what_it_says(text, days):
    assert [s.date.day for s in segment(text, date=WEDNESDAY)] == days


POST = "We stand ready to help the people of the valley. — Jens Doe (@JensDoe) March 5, 2022"
SPEECH = "“We mourn the dead of the port,” reads the statement by Jens Doe.\n\n{}\n\n“{}\n\n“The raid was a crime.”"


@pytest.mark.parametrize(
    ("post", "quoted", "day"),
    [
        (POST, "We stand ready to help the people of the valley.", 5),
        (POST, "We are ready to help the people of the valley.", 9),
        (POST.replace("We stand ready to help the people of the valley", "We mourn"), "We mourn.", 9),
        (POST.replace("March 5", "March 12"), "We stand ready to help the people of the valley.", 9),
        (
            POST.replace("Jens Doe (@JensDoe)", "Eva Roe (@EvaRoe)"),
            "We stand ready to help the people of the valley.",
            9,
        ),
    ],
)
def test_a_speech_is_as_old_as_the_post_with_its_words(post, quoted, day):
    found = segment(SPEECH.format(post, quoted), date=WEDNESDAY)
    assert [s.date.day for s in found if s.kind == "direct"] == [day] * 3


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


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Ankara urged calm and Tehran warned of retaliation.",
            [("Türkiye", "urged calm"), ("Iran", "warned of retaliation")],
        ),
        ('"We oppose the plan," said Mr. Borrell.', [("Josep Borrell", "We oppose the plan")]),
        (
            "“We oppose the plan that was put to the council,”\nsaid Josep Borrell.",
            [("Josep Borrell", "We oppose the plan that was put to the council")],
        ),
    ],
    ids=["actors joined by and", "title with a full stop", "line break before the verb"],
)
def test_speakers_of_round_ups_and_broken_lines(text, expected):
    assert [(s.speaker.name, s.text) for s in segment(text)] == expected


# -- declarations, posts, turns ---------------------------------------------------------------------------------------


def test_the_clauses_of_a_declaration_belong_to_whoever_opens_it():
    head = "Joint declaration\n\nThe Council of Elders, meeting in Oslo:"
    text = f"{head}\n\n1. Strongly condemns the raid;\n\n2. Urges talks."
    assert read(text) == [("Council of Elders", "Strongly condemns the raid"), ("Council of Elders", "Urges talks")]


def test_a_name_above_a_date_heads_a_post():
    text = "The night was long.\n\nNils Bergen\n6 January at 01:14\nThe papers are signed.\n\nIt snowed."
    assert read(text) == [("Nils Bergen", "The papers are signed.")]


def test_a_third_party_cited_in_a_turn_speaks_for_itself():
    text = (
        "MR. DOE: We are calm. The European Union said that the talks were over; we think otherwise.\n\n"
        "MS. ROE: We agree."
    )
    assert ("European Union", "the talks were over") in read(text)
    assert ("Doe", "we think otherwise.") in read(text)


def test_a_dateline_may_name_two_places():
    assert read("OSLO/ROME, Jan 27 (ABC) - Norway condemned the raid.") == [("Norway", "condemned the raid")]


def test_the_inner_of_two_acts_keeps_its_span():
    for text in (
        "The Group of 77 and China, he recalled, had asked for a date in July.",
        'The UN agency voiced "grave alarm over the missing."One does not mislay people , the agency\'s Doe said.',
    ):
        statements = segment(text)
        assert statements
        assert all(one.end <= other.start for one, other in pairwise(statements))


def test_a_long_chain_of_speakers_is_read():
    assert segment("Norway said that Sweden said that " * 600, force=True)


# -- typesetting ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("The mi-\nnister left.", "The minister left."),
        ("The con-\n\nsul left.", "The consul left."),
        ("pro-\nRussian", "pro-\nRussian"),
        ("He left.Sweden stayed,Norway too,and Iceland.", "He left. Sweden stayed, Norway too, and Iceland."),
        ("Mr.Doe met Lt.Gen.Roe", "Mr. Doe met Lt. Gen. Roe"),
        ("He left , she stayed .", "He left, she stayed."),
        ("10\u00a0men", "10 men"),
        ("See www.Node.Js and @a.Bc of the U.S.A.", "See www.Node.Js and @a.Bc of the U.S.A."),
        ('It rained."We mourn." He left."No."She stayed.', 'It rained. "We mourn." He left. "No." She stayed.'),
        (
            "The minister, who had come by the night train, was\n\nmet by nobody.",
            "The minister, who had come by the night train, was met by nobody.",
        ),
        ("The ship sailed for the\nNorth.", "The ship sailed for the North."),
        ("News of the day\n\nmet by nobody.", "News of the day\n\nmet by nobody."),
    ],
)
def test_typesetting_is_mended(text, mended):
    assert Typeset(text).text == mended


def test_statements_of_a_mended_text_are_spans_of_the_original():
    text = "The foreign min-\nister of\u00a0Norway,Jane Doe,said the talks were ov-\ner.Sweden condemned the raid."
    statements = segment(text)
    assert [s.text for s in statements] == ["the talks were ov-\ner", "condemned the raid"]
    assert all(text[s.start : s.end] == s.text for s in statements)
    assert all(text.startswith(s.source, s.source_start) for s in statements)


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("He blamed “the saw at the branch’. She left.", ["the saw at the branch"]),
        ("He called it ‚a great day“. She left.", ["a great day"]),
        ('They found "arms in a barn. They left.', ["arms in a barn"]),
        ('It rained. "We are full, Jane Doe said. They left.', ["We are full"]),
        ('He said ""we left"" again.', ["we left"]),
        ("It rained.« We mourn », he said.", [" We mourn "]),
    ],
)
def test_marks_that_do_not_match(text, quoted):
    assert [text[q.start : q.end] for q in find_quotes(text, [len(text)])] == quoted


# -- letters and press releases ---------------------------------------------------------------------------------------


def test_salutations_signatures_and_hearsay_are_no_statements():
    text = (
        "Open letter to the minister\n\nYour Excellency,\n\nWe ask you to open the bridge. "
        "The minister is said to sleep.\n\nSigned by 61 editors."
    )
    assert read(text, author="Forum of Doe") == [("Forum of Doe", "We ask you to open the bridge.")]


def test_a_letter_needs_few_sentences_in_the_first_person():
    body = "It rained. It was late. They met. It was cold. They left. We mourn."
    assert len(read(f"An open letter\n\n{body}", author="Forum of Doe")) == 6
    assert len(read(f"Rain in the north\n\n{body}", author="Forum of Doe")) == 1


def test_each_we_with_a_verb_of_speech_is_a_statement():
    text = "We condemn the raid, we accuse the generals, and we demand an inquiry. We came, and we slept."
    assert [words for _, words in read(text, author="Norway")] == [
        "We condemn the raid", "we accuse the generals", "we demand an inquiry.", "We came, and we slept.",
    ]  # fmt: skip


def test_an_issuer_speaks_of_itself_in_the_third_person():
    text = (
        "On the truce\n\nNorway has closed its embassy. There will be no truce without a trial.\n\n"
        "It rained in the north.\n\nThe text was written in Oslo."
    )
    assert read(text, author="Norway") == [
        ("Norway", "has closed its embassy."),
        ("Norway", "There will be no truce without a trial."),
    ]
    assert read(text) == []


# -- records and platforms --------------------------------------------------------------------------------------------


def test_what_is_done_in_the_room_is_nobodys_turn():
    text = (
        "The President: Mr. Roe (Ghana)\n\nMr. DOE (Norway): We mourn.\n\nThe agenda was adopted.\n\n"
        "Ms. POE, Senior Coordinator, by video: We are ready.\n\nMr. Doe left the room."
    )
    assert [words for _, words in read(text)] == ["We mourn.", "We are ready."]


def test_a_question_may_name_its_outlet():
    text = "QUESTION (Daily): Rome speaks of an exodus.\n\nMS. DOE: Good morning, colleagues. We are ready."
    assert read(text) == [("Doe", "We are ready.")]


def test_shares_in_brackets_make_no_record():
    text = (
        "The turnout rose, Jane Doe said.\nThe best was in Oslo (78 percent), she said.\nBergen (15 percent) had rain."
    )
    text += "\nThe worst was in Moss (15 percent) again."
    assert len(read(text)) == 2


def test_a_record_goes_on_in_reported_speech():
    text = (
        "1. Mr. Doe (Norway) said that the talks were over. The reasons were known.\n\n"
        "2. Ms. Roe (Sweden) regretted that. Her Government had opened two camps."
    )
    assert [words for _, words in read(text)] == [
        "the talks were over", "The reasons were known.", "regretted that", "Her Government had opened two camps.",
    ]  # fmt: skip
    assert len({name for name, _ in read(text)}) == 2


@pytest.mark.parametrize(
    "head", ["Jane Doe, via Telegram:", "Jane Doe (Twitter, from web)", "On Twitter, Jane Doe (14 minutes ago):",
             "Jane Doe — official Facebook page", "Telegram, channel Jane Doe"]
)  # fmt: skip
def test_a_line_with_name_and_platform_heads_a_post(head):
    text = f"The night was long.\n\n{head}\nStay at home.\n\nIt snowed."
    assert read(text) == [("Jane Doe", "Stay at home.")]


@pytest.mark.parametrize(
    "text",
    [
        "**MS. DOE:** We mourn.\n\n**QUESTION:** Whom?\n\n**MS. DOE:** We wait.",
        "JANE DOE:\nWe mourn.\n\nPETER ROE:\nYes.\n\nJANE DOE:\nWe wait.",
        "JANE DOE\nWe mourn.\n\nMODERATOR\nGo on.\n\nJANE DOE\nWe wait.",
        "[00:00:05] Interviewer: Well?\n[00:00:09] Jane Doe: We mourn.\n[00:00:12] Jane Doe: We wait.",
        "Q – Well?\n\nMs. Doe – We mourn.\n\nQ – And?\n\nMs. Doe – We wait.",
        "MS. DOE:  We mourn.\n\nQ    And then?\n\nMS. DOE:  We wait.",
        "It began. Q: Well? MS. DOE: We mourn. Q: And? MS. DOE: We wait.",
        "The CHAIRWOMAN. Order.\n\nSenator DOE. We mourn.\n\nThe CHAIRWOMAN. Go on.\n\nSenator DOE. We wait.",
    ],
)
def test_labels_of_turns_have_many_forms(text):
    found = read(text)
    assert [words for name, words in found if name and "doe" in name.casefold()] == ["We mourn.", "We wait."]


def test_a_panel_in_which_everybody_speaks_once():
    text = "Ann Doe, minister of Norway: We will go.\n\nJan Roe (Ghana): I am ready.\n\nEva Poe, NATO: Our ships left."
    assert [name for name, _ in read(text)] == ["Ann Doe", "Jan Roe", "Eva Poe"]


def test_a_word_before_a_colon_is_no_label_of_its_own():
    text = "MS. DOE: We mourn.\n\nQUESTION: Why?\n\nMS. DOE: We wait.\n\nSeriously: we do.\n\nQUESTION: Why?"
    assert {name for name, _ in read(text)} == {"Doe"}


def test_delegates_ask_in_their_own_name():
    text = "Mr. DOE (Norway): Who fired?\n\nMr. ROE (Ghana): Not we.\n\nMr. DOE (Norway): Then who?"
    assert [name for name, _ in read(text)] == ["Doe", "Roe", "Doe"]


@pytest.mark.parametrize(
    "words",
    [
        "The representative of Chad has asked for the floor.",
        "This country condemns the raid.",
        "The Charter demands good faith.",
        "Tomorrow Chad will deny it.",
        "Norway condemns the raid.",
    ],
)
def test_what_a_turn_does_not_cite(words):
    assert read(f"MS. DOE: {words}\n\nQUESTION: Why?\n\nMS. DOE: We wait.")[0] == ("Doe", words)


def test_the_speaker_of_a_turn_goes_on_behind_what_is_cited():
    found = read("Ms. DOE (Norway): The UN has condemned the raid, and we are grateful.\n\nMr. ROE (Ghana): We wait.")
    assert found[:2] == [("UN", "condemned the raid"), ("Doe", "we are grateful.")]


def test_who_speaks_for_a_group_is_not_citing_it():
    text = "Ms. DOE (Norway), on behalf of the EU: The EU denied it in May.\n\nMr. ROE (Ghana): We wait."
    assert read(text)[0] == ("Doe", "The EU denied it in May.")


@pytest.mark.parametrize(
    "text",
    [
        "It began.\n\n“We mourn them all.”\n— Jane Doe (@jdoe_no) August 14, 2019\n\nIt ended.",
        "It began.\n\nJane Doe (Telegram): We mourn them all.\n\nIt ended.",
        "It began with Jane Doe.\n\n@janedoe_desk: We mourn them all.\n\nIt ended.",
        "It began.\n\nJane Doe on Twitter\nWe mourn them all.\n\nIt ended.",
    ],
)
def test_who_wrote_a_post(text):
    statements = [s for s in segment(text) if s.kind == "post"]
    assert [(s.speaker.name, s.text) for s in statements] == [("Jane Doe", "We mourn them all.")]
