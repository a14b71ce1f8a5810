"""Every construction that attributes words to somebody, and what attributes nothing."""

import pytest

from stance.segment import segment


def read(text, **known):
    """Name of the first speaker and words of every statement."""
    statements = segment(text, **known)
    assert all(text[s.start : s.end] == s.text for s in statements)
    return [(s.speaker.name if s.speaker else None, s.text) for s in statements]


def kinds(text):
    return [s.kind for s in segment(text)]


CONSTRUCTIONS = {
    "said that": ("Norway said that the raid was a crime.", [("Norway", "the raid was a crime")]),
    "said without that": ("Norway said the raid was a crime.", [("Norway", "the raid was a crime")]),
    "said on a day": ("Norway said on Monday that it would act.", [("Norway", "it would act")]),
    "said in a statement": ("Norway said in a written statement that it would act.", [("Norway", "it would act")]),
    "a day after": (
        "A day after the vote was held in Oslo, Jane Doe suggested Sweden would close its border.",
        [("Jane Doe", "Sweden would close its border")],
    ),
    "headline with an office behind a dash": (
        "Turnout tops sixty percent - election official\n\nThe rain went on.",
        [("election official", "Turnout tops sixty percent")],
    ),
    "headline with a trailing verb": (
        "Forces take part in the march on the port town, says Norway's premier\n\nThe rain went on.",
        [("Norway's premier", "Forces take part in the march on the port town")],
    ),
    "quoted as saying on a page": (
        '"It has begun in the port, and it will go on," the daily Verden quoted Jane Doe as saying on her page.',
        [("Jane Doe", "It has begun in the port, and it will go on")],
    ),
    "a verb and an office without article at the end": (
        "Leaders of the Union will only meet after the vote in the port, says Norwegian premier.",
        [("Norwegian premier", "Leaders of the Union will only meet after the vote in the port")],
    ),
    "said that others support": (
        "Jane Doe said that Norway supported the union in its search for talks.",
        [("Jane Doe", "Norway supported the union in its search for talks")],
    ),
    "wishes to do something are no statements": ("Norway wants to provide a port for the grain.", []),
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
    "with somebody calling": (
        "The raid drew anger, with Norway calling it a crime.",
        [("Norway", "calling it a crime")],
    ),
    "state with an apposition": (
        "Norway, a member of the council, called on all sides to talk.",
        [("Norway", "called on all sides to talk")],
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
    "name behind a place": ("In Oslo Prime Minister Jane Doe said it was over.", [("Jane Doe", "it was over")]),
    "name behind an occasion": ("On the radio President Jane Doe said it was over.", [("Jane Doe", "it was over")]),
    "insertion with a negation": (
        "Norway, whose ships lay still all week without a guard, voiced worry.",
        [("Norway", "voiced worry")],
    ),
    "relative clause that tells what was before": (
        "Jane Doe, who had argued for a boycott, welcomed the vote.",
        [("Jane Doe", "welcomed the vote")],
    ),
    "relative clause ends before the main verb": (
        "The envoy, who said the truce held, was recalled.",
        [("envoy", "the truce held")],
    ),
    "number with a comma": (
        "Norway welcomed the 3,000 refugees promised shelter by its neighbour.",
        [("Norway", "welcomed the 3,000 refugees promised shelter by its neighbour")],
    ),
    "that of a noun": (
        "Norway said fears that the dam would burst were groundless.",
        [("Norway", "fears that the dam would burst were groundless")],
    ),
    "whoever says it": ("The carmaker said its plant would close.", [("carmaker", "its plant would close")]),
    "told by": ("The envoy was told by Norway that the visit was off.", [("Norway", "the visit was off")]),
    "condition before he said": (
        "Jane Doe spoke late. If talks fail, she added, troops will march.",
        [("Jane Doe", "If talks fail, she added, troops will march")],
    ),
    "inserted behind a semicolon": (
        "Jane Doe urged restraint; outside help, she warned, should respect the border.",
        [("Jane Doe", "urged restraint"), ("Jane Doe", "outside help, she warned, should respect the border")],
    ),
    "second verb behind a deed": (
        "Jane Doe flew to Cairo and condemned the raid.",
        [("Jane Doe", "condemned the raid")],
    ),
    "participle behind a semicolon": (
        "Norway condemned the raid; Sweden stood aside, saying it was too early.",
        [("Norway", "condemned the raid"), ("Sweden", "it was too early")],
    ),
    "trailing listener": (
        "The pact could last a century, Jane Doe told delegates, adding that it was fair.",
        [("Jane Doe", "The pact could last a century"), ("Jane Doe", "it was fair")],
    ),
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


# -- round-ups, conditions, where words end ----------------------------------------------------------------------------

SHARED = {
    "third of a round-up": (
        "Norway condemned the raid, Sweden called for calm and Finland voiced concern.",
        [("Norway", "condemned the raid"), ("Sweden", "called for calm"), ("Finland", "voiced concern")],
    ),
    "condition": ("If Norway rejects the plan, the talks will end.", []),
    "what may come": ("When Norway rejects the plan, the talks will end.", []),
    "pronoun as object": ("Norway condemned it.", [("Norway", "condemned it")]),
    "pronoun and adverb": ("Norway denied it again.", [("Norway", "denied it again")]),
    "no one does": ("Norway said no order would be given.", [("Norway", "no order would be given")]),
    "nothing said": ("Norway said no to the plan.", []),
    "time before a noun": ("Norway said on Monday the raid had failed.", [("Norway", "the raid had failed")]),
    "that of a noun": (
        "Norway insisted on respect for the truce that began in May.",
        [("Norway", "insisted on respect for the truce that began in May")],
    ),
    "as of time": ("Norway hailed the vote as deputies left the hall.", [("Norway", "hailed the vote")]),
    "as of quality": ("Norway described the vote as a farce.", [("Norway", "described the vote as a farce")]),
    "semicolon": ("Norway said the raid had failed; it rained.", [("Norway", "the raid had failed")]),
    "colon behind an act": ("Norway condemned the raid: it was a cold day.", [("Norway", "condemned the raid")]),
    "occasion": ("Norway condemned the raid, in a note to the council.", [("Norway", "condemned the raid")]),
    "suffered": ("Norway voiced doubts and was scolded for it.", [("Norway", "voiced doubts")]),
    "another's deed": ("Norway urged restraint, and Sweden had left.", [("Norway", "urged restraint")]),
    "trailing before more": (
        "The raid was a mistake, Norway said, adding that it would pay.",
        [("Norway", "The raid was a mistake"), ("Norway", "it would pay")],
    ),
    "trailing to a listener": ("The raid had failed, Norway told the council.", [("Norway", "The raid had failed")]),
    "behind a colon": (
        "Norway denied the raid: its planes were grounded, Sweden said.",
        [("Norway", "denied the raid"), ("Sweden", "its planes were grounded")],
    ),
    "asked to": ("Norway asked residents to stay indoors.", [("Norway", "asked residents to stay indoors")]),
    "asked for directions": ("Norway asked farmers in the north.", []),
    "ruled out": ("Norway ruled out talks.", [("Norway", "ruled out talks")]),
    "ruled": ("Norway ruled the seas.", []),
    "hearsay": ("Norway, said to be in control of the port, was silent.", []),
    "inset participle": ("The ministry, asked for a figure by reporters, was silent.", []),
    "participle of a noun": ("Congress met the minister sworn in by the new team.", []),
    "continued": ("Norway continues, and the word is that nothing will change.", []),
    "negation in the quotation": (
        "“We do not travel without escort,” explained Norway.",
        [("Norway", "We do not travel without escort")],
    ),
    "label and verb": ("Oslo: condemns the raid.", [("Norway", "condemns the raid")]),
    "label and quotation": (
        "Norway's envoy, on the radio: “We condemn the raid.”",
        [("Norway's envoy", "We condemn the raid.")],
    ),
}


@pytest.mark.parametrize("case", SHARED)
def test_where_words_begin_and_end(case):
    text, expected = SHARED[case]
    assert read(text) == expected


def test_an_office_of_many_is_one_source():
    source = "The foreign ministers of Norway, Sweden and Finland"
    assert [s.source for s in segment(f"{source} said they were worried.")] == [source]


def test_a_topic_before_the_colon_of_a_headline_is_no_speaker():
    assert read("Norway: a raid at midnight\n\nIt rained in the north.") == []


# -- news copy: documents, denials, sources at either end, what the outlet adds ----------------------------------------

NEWS = {
    "law": ("The law forbids parties to meet.", [("law", "forbids parties to meet")]),
    "document": ("The ruling says the vote was void.", [("ruling", "the vote was void")]),
    "copy of a letter": (
        "The bridge was mined, according to a copy of the letter.",
        [("copy of the letter", "The bridge was mined")],
    ),
    "finding": ("The report found that the crew had slept.", [("report", "the crew had slept")]),
    "denial as a noun": ("Norway made similar denials in May.", [("Norway", "made similar denials in May")]),
    "no act as a noun": ("Norway made similar ships in May.", []),
    "denied by": ("This was denied by Norway.", [("Norway", "denied by Norway")]),
    "charge denied": (
        "Sweden accused Norway of a raid, a charge Norway has denied.",
        [("Sweden", "accused Norway of a raid"), ("Norway", "a charge Norway has denied")],
    ),
    "which is denied": (
        "Sweden accused Norway of a raid, which Norway denies.",
        [("Sweden", "accused Norway of a raid"), ("Norway", "which Norway denies")],
    ),
    "order before an aside": (
        "Norway told residents to stay indoors, with the storm a day away.",
        [("Norway", "told residents to stay indoors")],
    ),
    "act before a clause": (
        "Norway condemned the trial, and her health worsened.",
        [("Norway", "condemned the trial")],
    ),
    "act before another thing": (
        "Norway condemned the trial, and the verdict on the crew.",
        [("Norway", "condemned the trial, and the verdict on the crew")],
    ),
    "act before a deed": ("Norway praised the rebels and sent a frigate.", [("Norway", "praised the rebels")]),
    "act after something": (
        "Norway lodged a protest on Friday after the navy towed a ship.",
        [("Norway", "lodged a protest on Friday")],
    ),
    "said a day after": (
        "Norway said the pact was dead, a day after rebels took the town.",
        [("Norway", "the pact was dead")],
    ),
    "said as": ("Norway said the pact was dead, as rebels entered the town.", [("Norway", "the pact was dead")]),
    "figure in doubt": (
        "Norway says ten were killed, a figure nobody could check.",
        [("Norway", "ten were killed")],
    ),
    "hours after another said": (
        "Norway condemned the vote, hours after Sweden said it would stay.",
        [("Norway", "condemned the vote"), ("Sweden", "it would stay")],
    ),
    "as somebody put it": ("The vote was a farce, as Jane Doe put it.", [("Jane Doe", "The vote was a farce")]),
    "in the words of": ("In the words of Jane Doe, the vote was a farce.", [("Jane Doe", "the vote was a farce")]),
    "according to, within": (
        "The bridge, according to Norway, was mined.",
        [("Norway", "The bridge, according to Norway, was mined")],
    ),
    "comments carried by": (
        "The pact was dead, Jane Doe said in comments carried by state radio.",
        [("Jane Doe", "The pact was dead")],
    ),
    "trailing with more behind it": (
        "The pact was dead, Jane Doe said in the first interview anyone could recall.",
        [("Jane Doe", "The pact was dead")],
    ),
    "trailing without a plain verb": (
        "Curfews help nobody at all, Jane Doe warned, adding that she would march.",
        [("Jane Doe", "Curfews help nobody at all"), ("Jane Doe", "she would march")],
    ),
    "he said, and": (
        "The pact was dead, Jane Doe said, and troops would leave by June.",
        [("Jane Doe", "The pact was dead"), ("Jane Doe", "troops would leave by June")],
    ),
    "said on a day, in between": (
        "The army, Norway said on Monday, was leaving the town.",
        [("Norway", "The army, Norway said on Monday, was leaving the town")],
    ),
    "deed before an act": (
        "Rebels have taken the town, and Norway demanded talks.",
        [("Norway", "demanded talks")],
    ),
    "month, no verb": ("Norway insisted on a vote in May.", [("Norway", "insisted on a vote in May")]),
    "threat to leave": ("Norway threatened to leave the talks.", [("Norway", "threatened to leave the talks")]),
    "made it clear": ("Norway made it clear that it would stay.", [("Norway", "it would stay")]),
    "turned down": ("Norway turned the offer down.", [("Norway", "turned the offer down")]),
    "turned elsewhere": ("Norway turned to the offer.", []),
    "dismissed as": ("Norway dismissed the memo as a fake.", [("Norway", "dismissed the memo as a fake")]),
    "promise and more": (
        "Norway promised a ship and said it would sail soon.",
        [("Norway", "promised a ship"), ("Norway", "it would sail soon")],
    ),
    "nothing had changed": ("Norway said nothing had changed.", [("Norway", "nothing had changed")]),
    "asked for": ("Norway asked its partners for help.", [("Norway", "asked its partners for help")]),
    "deeply": ("Norway is deeply troubled.", [("Norway", "deeply troubled")]),
    "apologised": ("Norway has apologised.", [("Norway", "apologised")]),
    "what he had to do with it": (
        "Doe had nothing to do with it, said the Swedish envoy.",
        [("Swedish envoy", "Doe had nothing to do with it")],
    ),
}


@pytest.mark.parametrize("case", NEWS)
def test_news_copy(case):
    text, expected = NEWS[case]
    assert read(text) == expected


def test_two_names_before_the_verb_of_a_headline():
    (statement,) = segment("EU, Norway slam vote in Minsk\n\nIt rained in the north.")
    assert (statement.source, statement.text) == ("EU, Norway", "slam vote in Minsk")
