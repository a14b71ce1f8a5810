"""The page of ``stance report``: every statement in its place, counts that are right, and nothing from outside."""

import datetime as dt
import json
import re
from base64 import b64encode
from collections import Counter
from dataclasses import replace
from hashlib import sha256
from itertools import product

import pytest
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st
from pages import DOE, FIRST, LABELS, NORWAY, SECOND, parse, statement

import stance
from stance.report import looks
from stance.report.html import render
from stance.report.limits import limits
from stance.report.pieces import cut
from stance.report.timeline import MOST_COLUMNS, Scale, days_words, draw
from stance.tracing import trace
from stance.types import Analysis, Document, Speaker

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\" ' & <!-- {{ 7*7 }} ]]>"


def page(*analyses, **options):
    return render(analyses, labels=LABELS, model="tiny", **options)


def read(*analyses, **options):
    return parse(page(*analyses, **options))


def data(root):
    return json.loads(root.by_id("data").text)


def numbers(piece):
    own = piece.attributes.get("data-s") or piece.attributes["id"].removeprefix("s")
    return [int(number) for number in own.split()]


def highlighted(root):
    """The text of each statement by its number, joined from the pieces that belong to it."""
    found = {}
    for piece in root.all("a", "s"):
        for number in numbers(piece):
            found[number] = found.get(number, "") + piece.text
    return found


def sound(root, *analyses):
    """Every document and every statement stands on the page to the letter."""
    texts = [one.text for one in root.all("div", "text")]
    assert texts == [analysis.document.text for analysis in analyses]
    wanted = [analysis.document.text[s.start : s.end] for analysis in analyses for s in analysis]
    assert highlighted(root) == dict(enumerate(wanted))
    ids = Counter(one.attributes["id"] for one in root.all() if "id" in one.attributes)
    assert max(ids.values()) == 1
    assert {f"s{number}" for number in range(len(wanted))} <= set(ids)
    links = {one.attributes["href"] for one in root.all("a")}
    assert {link.removeprefix("#") for link in links} <= set(ids)
    return True


# -- texts ------------------------------------------------------------------------------------------------------------


def test_every_statement_stands_on_the_page_to_the_letter():
    assert sound(read(FIRST, SECOND), FIRST, SECOND)


@pytest.mark.parametrize(
    "spans",
    [
        [(0, 5), (5, 9)],
        [(0, 9), (3, 5)],
        [(0, 9), (0, 5)],
        [(0, 9), (4, 9)],
        [(0, 6), (4, 9)],
        [(0, 9), (0, 9)],
        [(0, 9), (1, 8), (2, 7), (3, 9)],
        [(4, 4), (0, 9)],
    ],
)
def test_statements_side_by_side_nested_and_crossing(spans):
    text = "abcdefghi"
    found = [statement(text, text[a:b], label, start=a) for (a, b), label in zip(spans, LABELS, strict=False)]
    pieces = list(cut(text, found))
    assert "".join(piece.text for piece in pieces) == text
    for place, (start, end) in enumerate(spans):
        own = [piece for piece in pieces if place in piece.inside]
        assert "".join(piece.text for piece in own) == text[start:end]
        assert sum(place in piece.opening for piece in own) == sum(place in piece.closing for piece in own) == bool(own)
    if all(a < b for a, b in spans):
        assert sound(read(Analysis(Document("x", text), tuple(found))), Analysis(Document("x", text), tuple(found)))


@settings(max_examples=60, deadline=None)
@given(st.text(min_size=1, max_size=40), st.lists(st.tuples(st.integers(0, 40), st.integers(1, 20)), max_size=6))
def test_any_text_and_any_spans_come_back(text, spans):
    kept = [(start, min(start + length, len(text))) for start, length in spans if start < len(text)]
    found = tuple(statement(text, text[a:b], "concern", start=a) for a, b in kept)
    analysis = Analysis(Document("x", text), found)
    safe = re.sub("[\0\ud800-\udfff]", "\N{REPLACEMENT CHARACTER}", text)
    root = read(analysis)
    assert [one.text for one in root.all("div", "text")] == [safe]
    assert highlighted(root) == {n: safe[a:b] for n, (a, b) in enumerate(kept)}


def test_the_stances_stand_behind_a_statement_and_decide_its_look():
    root = read(FIRST, SECOND)
    pieces = {numbers(piece)[0]: piece for piece in root.all("a", "s")}
    said = {number: piece.attributes.get("data-l") for number, piece in pieces.items()}
    assert said == {
        0: "condemnation +",
        1: "condolence ?",
        2: "restraint",
        3: "concern ?",
        4: "concern ++, condemnation",
        5: None,
    }
    style = root.all("style")[0].text
    rules = dict(re.findall(r"^\.s\.(k\d+)\{(.*)\}$", style, re.MULTILINE))
    look = {number: rules.get("".join(piece.classes - {"s"}), "") for number, piece in pieces.items()}
    assert "font-weight:600" in look[0]
    assert "dotted" not in look[0]
    assert "dotted rgb(var(--c4))" in look[1]
    assert "dotted rgb(var(--c1))" in look[3]
    assert {"var(--c1)", "var(--c0)"} <= set(re.findall(r"var\(--c\d\)", look[4]))
    assert "font-weight:700" in look[4]
    assert look[5] == ""


def test_script_reads_who_speaks_and_how_sure():
    found = data(read(FIRST, SECOND))
    first = dict(
        zip(
            ("voices", "stances", "unsure", "kind", "confidence", "date", "source"),
            found["statements"][2],
            strict=False,
        )
    )
    (key,) = first["voices"]
    name, kind, actor = found["voices"][key]
    assert (name, kind, found["voices"][actor][0]) == ("Sweden", "state", "Sweden")
    assert first["stances"] == [[LABELS.index("restraint"), 0.9, 0]]
    assert found["strings"][first["source"]] == "Sweden"
    assert found["strings"][first["date"]] == "2022-03-04"
    assert found["statements"][5][:2] == [[], None]
    assert found["firsts"] == [0, 4, 6]


# -- table ------------------------------------------------------------------------------------------------------------


def test_counts_of_the_table_are_those_of_the_statements():
    root, analyses = read(FIRST, SECOND), (FIRST, SECOND)
    said = [s for analysis in analyses for s in analysis]
    heads = [one.text for one in root.all("table", "matrix")[0].all("thead")[0].all("th")]
    assert heads == ["speaker", *LABELS, "no stance", "in doubt", "all"]
    rows = {}
    for row in root.all("table", "matrix")[0].all("tr")[1:]:
        name, *cells = [one for one in row.inside if not isinstance(one, str)]
        rows["sub" in row.classes, name.text.strip()] = [cell.text.strip() for cell in cells]

    def counts(mine):
        columns = [sum(label in s.labels for s in mine) for label in LABELS]
        columns += [sum(not s.labels for s in mine), sum(bool(s.unsure) for s in mine), len(mine)]
        return [str(count) if count else "·" for count in columns]

    def speaks(test):
        return [s for s in said if any(test(speaker) for speaker in s.speakers)]

    assert rows == {
        (False, "Norway"): counts(speaks(lambda one: one.actor == "Norway")),
        (True, "Norway"): counts(speaks(lambda one: one == NORWAY)),
        (True, "Jens Doe"): counts(speaks(lambda one: one == DOE)),
        (False, "Sweden"): counts(speaks(lambda one: one.actor == "Sweden")),
        (False, "(not told)"): counts([s for s in said if not s.speakers]),
        (False, "all speakers"): counts(said),
    }


def test_numbers_of_the_table_lead_to_their_first_statement():
    root = read(FIRST, SECOND)
    keys = {name: key for key, (name, _, actor) in data(root)["voices"].items() if not actor}
    links = {
        (one.attributes["data-voice"], one.attributes["data-filter"]): one.attributes["href"]
        for one in root.all("table", "matrix")[0].all("a")
    }
    assert links[keys["Norway"], "l0"] == "#s0"
    assert links[keys["Sweden"], "l1"] == "#s4"
    assert links[keys["Norway"], "unsure"] == "#s1"
    assert links[keys["(not told)"], "none"] == "#s5"
    assert links["", ""] == "#s0"


# -- time lines -------------------------------------------------------------------------------------------------------


def test_time_lines_are_the_courses_of_the_speakers():
    root = read(FIRST, SECOND)
    figures = {one.all("h3")[0].text: one for one in root.all("figure")}
    assert list(figures) == ["Norway", "Sweden"]
    marks = [one.attributes["aria-label"] for one in figures["Norway"].all("svg")[0].all("a")]
    assert marks == [
        "2 March 2022: concern, strongest, 1 statement",
        "2 March 2022: condemnation, 1 statement",
        "4 March 2022: condemnation, strong, 1 statement",
        "4 March 2022: condolence, 1 statement",
    ]
    changes = [" ".join(one.text.split()) for one in figures["Norway"].all("li")]
    assert changes == [
        "2 March 2022: first concern (strongest), first condemnation",
        "4 March 2022: condemnation grows strong, first condolence",
    ]


def risen(apart):
    text = "We worry. We condemn."
    return Analysis(
        Document("x", text),
        (statement(text, "We worry", "concern", day=1), statement(text, "We condemn", "condemnation", day=1 + apart)),
    )


def test_an_arrow_leads_from_concern_to_condemnation():
    for apart in (0, 1, 9):
        drawn = draw(trace([risen(apart)], "Norway"), Scale.over([s.date for s in risen(apart)]), LABELS)
        assert (drawn.arrow is not None) is (apart > 0)
        assert len(drawn.marks) == 2
    start, tip = re.findall(r"[ML]([\d.]+) ([\d.]+)", drawn.arrow)[:2]
    assert float(start[0]) < float(tip[0])
    assert float(start[1]) > float(tip[1])


def test_many_days_share_columns():
    for days in (1, 40, 41, 400, 4000):
        scale = Scale.over([dt.date(2020, 1, 1), dt.date(2020, 1, 1) + dt.timedelta(days=days - 1)])
        assert scale.columns <= MOST_COLUMNS
        assert (scale.step == 1) is (days <= MOST_COLUMNS)
        assert scale.column(scale.last) == scale.columns - 1
        assert scale.words(0).startswith("1 January 2020")
    assert scale.words(0) == "1 January 2020 to 9 April 2020"


def test_days_in_words():
    assert days_words([None]) == ""
    assert days_words([dt.date(2022, 1, 8), None]) == "8 January 2022"
    assert days_words([dt.date(2022, 1, 10), dt.date(2022, 1, 5)]) == "5 to 10 January 2022"
    assert days_words([dt.date(2022, 1, 10), dt.date(2022, 3, 5)]) == "10 January to 5 March 2022"
    assert days_words([dt.date(2021, 12, 31), dt.date(2022, 1, 1)]) == "31 December 2021 to 1 January 2022"


def test_without_days_there_is_no_line_but_a_word():
    text = "We worry."
    root = read(Analysis(Document("x", text), (statement(text, "We worry", "concern", day=0),)))
    assert root.all("figure") == []
    assert "--date" in root.by_id("course").text


# -- what may not get in ----------------------------------------------------------------------------------------------


def hostile():
    mean = Speaker(HOSTILE, HOSTILE, "other", None, HOSTILE)
    text = f"{HOSTILE} they said {HOSTILE}"
    found = statement(
        text, HOSTILE, "concern", HOSTILE, speakers=(mean,), source=HOSTILE, reason=HOSTILE, unsure=(HOSTILE,)
    )
    return Analysis(Document(HOSTILE, text, source=HOSTILE), (found,))


def test_no_text_becomes_markup():
    plain, bad = read(FIRST), render([hostile()], labels=(*LABELS, HOSTILE), model=HOSTILE)
    root = parse(bad)
    assert sound(root, hostile())
    assert len(root.all("script")) == len(plain.all("script")) == 2
    assert root.all("img") == []
    assert not any(name.startswith("on") for one in root.all() for name in one.attributes)
    assert "style" not in {name for one in root.all() for name in one.attributes}
    assert root.all("style")[0].text.count("<") == 0
    assert HOSTILE in data(root)["strings"]
    assert HOSTILE in root.by_id("model").text
    assert HOSTILE in [one.text for one in root.all("bdi")]


def test_page_runs_its_own_style_and_script_alone():
    root = read(FIRST, SECOND)
    (policy,) = [one.attributes["content"] for one in root.all("meta") if "http-equiv" in one.attributes]
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == "'none'"
    for name, tag in (("style-src", "style"), ("script-src", "script")):
        source = root.all(tag)[-1].text
        assert rules[name] == f"'sha256-{b64encode(sha256(source.encode()).digest()).decode()}'"
    # The policy stands before what it governs.
    source = page(FIRST)
    assert source.index("Content-Security-Policy") < source.index("<style>")


def test_page_refers_to_nothing_outside():
    root = read(FIRST, SECOND)
    assert root.all("link") == root.all("img") == root.all("iframe") == []
    for one in root.all():
        assert {"src", "srcset", "action", "xlink:href"}.isdisjoint(one.attributes)
        assert one.attributes.get("href", "#").startswith("#")
    style, script = root.all("style")[0].text, root.all("script")[-1].text
    assert not re.search(r"url\(|@import|https?:", style)
    assert not re.search(r"https?:|fetch|XMLHttpRequest|innerHTML|eval|import\(", script)


def test_parts_have_names_and_controls_have_labels():
    root = read(FIRST, SECOND)
    assert [len(root.all(tag)) for tag in ("h1", "main", "nav", "header", "footer")] == [1] * 5
    ids = {one.attributes["id"]: one for one in root.all() if "id" in one.attributes}
    for one in root.all():
        if "aria-labelledby" in one.attributes:
            assert ids[one.attributes["aria-labelledby"]].text.strip()
    for control in (*root.all("select"), *root.all("input")):
        assert any(control in label.all() for label in root.all("label"))
    assert all(one.text.strip() for one in root.all("button"))
    assert root.all("p", "status")[0].attributes["aria-live"] == "polite"
    assert all(one.attributes["scope"] for one in root.all("th"))


# -- the model --------------------------------------------------------------------------------------------------------


def test_foot_names_the_model_and_what_was_measured():
    model = stance.load(ROOT / "models" / "stance-en")
    found = limits(model.name, model.card)
    assert [one.gold for one in found.measured] == ["dev.jsonl", "test.jsonl", "gold.jsonl"]
    systems = model.card.metrics["reports"][0]["systems"][0]
    assert found.measured[0].figures[0].startswith(f"{100 * systems['macro_f1']['value']:.1f} (")
    assert [label for label, _, _ in found.labels] == list(model.labels)
    foot = parse(render([FIRST], labels=model.labels, model=model.name, card=model.card)).by_id("model").text
    assert "stance-en" in foot
    assert found.measured[1].labels["concern"][1] in foot
    assert "not known" not in foot
    assert "not known" in read(FIRST).by_id("model").text


@pytest.mark.parametrize(
    "metrics", [{}, {"reports": 7}, {"reports": [{"systems": [7]}]}, {"reports": [{"systems": []}]}]
)
def test_metrics_in_another_shape_are_left_out(metrics):
    card = stance.load(ROOT / "models" / "stance-en").card
    assert limits("x", replace(card, metrics=metrics)).measured == ()


# -- looks ------------------------------------------------------------------------------------------------------------


def channel(value):
    share = value / 255
    return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4


def luminance(colour):
    return sum(weight * channel(part) for weight, part in zip((0.2126, 0.7152, 0.0722), colour, strict=True))


def contrast(one, other):
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(
    ("page_number", "back", "ink"), [(0, (255, 255, 255), (27, 29, 33)), (1, (29, 32, 38), (233, 232, 228))]
)
def test_words_can_be_read_on_every_tint(page_number, back, ink):
    for (label, pair), tint in product(looks.palette(LABELS).items(), looks.TINTS.values()):
        colour = pair[page_number]
        mixed = [round(tint * part + (1 - tint) * under) for part, under in zip(colour, back, strict=True)]
        assert contrast(ink, mixed) >= 4.5, (label, tint)


def test_each_label_has_a_colour_of_its_own():
    names = ["condemnation", "threat", "thanks", "concern", "offer", *"abcdefghij"]
    colours = looks.palette(names)
    assert list(colours) == names
    assert colours["concern"] == looks.palette(LABELS)["concern"]
    assert len(set(list(colours.values())[:8])) == 8
    assert len(set(looks.palette(LABELS).values())) == 5


# -- notebooks --------------------------------------------------------------------------------------------------------


def test_notebook_views_show_statements_and_escape():
    root = parse(FIRST._repr_html_())
    assert root.all("div")[1].text == FIRST.document.text
    assert [row.all("td")[-1].text for row in root.all("tbody")[0].all("tr")] == [s.text for s in FIRST]
    assert len({one.attributes["style"] for one in root.all("span") if "title" in one.attributes}) >= 4
    one = parse(FIRST.statements[0]._repr_html_())
    assert "condemnation + 0.90" in one.text
    assert "Norway" in one.text
    for bad in (hostile(), hostile().statements[0]):
        shown = parse(bad._repr_html_())
        assert shown.all("script") == shown.all("img") == []
        assert HOSTILE in shown.text
    assert "not classified" in SECOND._repr_html_()
    assert "var(" not in FIRST._repr_html_()


def test_notebooks_show_long_documents_as_a_table():
    text = "We worry. " * 5000
    root = parse(Analysis(Document("x", text), (statement(text, "We worry", "concern"),))._repr_html_())
    assert len(root.text) < 1000
    assert "We worry" in root.all("tbody")[0].text
