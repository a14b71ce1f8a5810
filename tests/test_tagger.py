"""The tagger computes what its formula says, its folder is checked, and the segmenter adds only what no rule found."""

import dataclasses
import itertools
import json

import numpy as np
import pytest

from stance.errors import ModelError, StanceError
from stance.segment import as_document, segment
from stance.segment.features import token_features
from stance.segment.statements import segment_document
from stance.segment.tagger import TAGS, Decisions, Seen, Sureness, Tagged, Tagger, log_odds
from stance.segment.tagger_folder import FEATURES, RECORD, WEIGHTS, read_tagger, shipped_tagger, write_tagger
from stance.segment.tokens import Sentence, tokenize
from stance.speakers.registry import load_registry
from training.attribution import OutOfFold, fit, fold_of, main, sentences_of
from training.config import AttributionConfig
from training.stories import parse

SETTINGS = AttributionConfig(l1=0.01, l2=0.01, iterations=60, least_count=1, folds=2, add=[0.5], margin=0.0)
DECISIONS = Decisions(0.5, Sureness(-0.1, 1.2, 0.3))
ROW = {"style": "agency", "date": None, "source": None, "author": None}


def sentence(text, quoted=()):
    tokens = tokenize(text)
    return Sentence(tokens, [i in quoted for i in range(len(tokens))])


def story(number, marked):
    return parse(ROW | {"id": f"s{number}", "marked": marked})


STORIES = [
    story(
        i,
        f'The harbour was busy. <src id="1">{name}</src> <cue id="1">grumbled</cue> <st src="1" cue="1" '
        f'speaker="{name}" actor="{name}" kind="indirect">that the {what} had failed</st>. It rained.',
    )
    for i, (name, what) in enumerate(
        itertools.product(("Oslo", "Lima", "Ana Prado", "Rabat"), ("talks", "vote", "harvest", "ferry"))
    )
]


# -- the formula ------------------------------------------------------------------------------------------------------


def test_marginals_are_those_of_all_sequences_weighed_one_by_one():
    rng = np.random.default_rng(3)
    text = sentence("Oslo said no")
    names = sorted({name for names in token_features(text) for name in names})
    state = rng.normal(size=(len(names), len(TAGS)))
    transition = rng.normal(size=(len(TAGS), len(TAGS)))
    tagger = Tagger({name: i for i, name in enumerate(names)}, state, transition, Decisions())
    scores = [sum(state[names.index(name)] for name in token) for token in token_features(text)]
    expected = np.zeros((3, len(TAGS)))
    for tags in itertools.product(range(len(TAGS)), repeat=3):
        weight = np.exp(
            sum(scores[i][tag] for i, tag in enumerate(tags))
            + sum(transition[pair] for pair in itertools.pairwise(tags))
        )
        for i, tag in enumerate(tags):
            expected[i, tag] += weight
    assert np.allclose(tagger.marginals(text), expected / expected.sum(axis=1, keepdims=True))


def test_features_tell_words_verbs_and_quotation_around_a_token():
    here = token_features(sentence('Oslo denied "it" today', quoted={2, 3, 4}))
    assert {"0:w=denied", "-1:w=oslo", "2:w=it", "0:cue=claim", "since=0", "1:quoted"} <= set(here[1])
    assert {"-1:edge", "until=1", "place=first"} <= set(here[0])
    assert "0:quoted" in here[3]
    assert "0:quoted" not in here[1]


def test_unknown_features_count_nothing():
    tagger = Tagger({}, np.zeros((0, len(TAGS))), np.zeros((len(TAGS), len(TAGS))), Decisions())
    assert np.allclose(tagger.marginals(sentence("Oslo said no")), 1 / len(TAGS))
    assert tagger.read(Sentence([], [])).statements == []


# -- learning ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def weights():
    return fit(STORIES, SETTINGS)


def test_it_learns_a_verb_that_no_rule_knows(weights):
    text = sentence("Santiago grumbled that the census had failed.")
    (tagged,) = weights.tagger(Decisions(add=0.5)).read(text).statements
    assert [token.text for token in text.tokens[slice(*tagged.content)]][-3:] == ["census", "had", "failed"]
    assert tagged.source == (0, 1)
    assert 0.5 <= tagged.probability <= 1
    assert weights.tagger(Decisions(add=0.5)).read(sentence("The harbour was busy.")).statements == []
    seen = weights.tagger(Decisions()).read(text)
    assert seen.statements == []
    assert seen.inside[0] < 0.5 < seen.inside[-2]


def test_marks_become_tags():
    (_, tags), *_ = sentences_of(STORIES[0])
    assert set(tags) == {"O"}
    text, tags = sentences_of(STORIES[0])[1]
    assert dict(zip((token.text for token in text.tokens), tags, strict=True))["Oslo"] == "B-source"
    assert tags.count("B-content") == tags.count("B-cue") == 1
    assert sentences_of(story(99, 'A word bro-\nken <st kind="direct">here</st>.')) == []


def test_folds_hold_every_story_once_and_stay():
    assert {fold_of(one, 2) for one in STORIES} == {0, 1}
    assert fold_of(STORIES[0], 2) == fold_of(STORIES[0], 2)


def test_the_command_writes_a_folder_that_opens(tmp_path, capsys):
    file = tmp_path / "stories.jsonl"
    rows = [
        {**ROW, "id": f"s{i}", "marked": f'<src id="1">Oslo</src> <cue id="1">grumbled</cue> <st src="1" cue="1" '
         f'speaker="Norway" actor="Norway" kind="indirect">that day {i} had failed</st>. Lima said the ferry was late.'}
        for i in range(12)
    ]  # fmt: skip
    file.write_text("\n".join(map(json.dumps, rows)))
    main(["--stories", str(file), "--out", str(tmp_path / "tagger")])
    record = json.loads((tmp_path / "tagger" / RECORD).read_text())
    printed = capsys.readouterr().out
    assert all(figures in printed for figures in record["out_of_fold"].values())
    assert record["training"]["stories"] == 12
    assert dataclasses.asdict(read_tagger(tmp_path / "tagger").decisions) == record["decisions"]


# -- the folder -------------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path, weights):
    write_tagger(tmp_path, weights.features, weights.state, weights.transition, DECISIONS, {})
    return tmp_path


def test_a_folder_gives_the_same_marginals(folder, weights):
    text = sentence("Santiago grumbled that the census had failed.")
    assert np.allclose(read_tagger(folder).marginals(text), weights.tagger(Decisions()).marginals(text), atol=1e-6)


@pytest.mark.parametrize("name", [WEIGHTS, FEATURES])
def test_an_altered_file_is_refused_by_name(folder, name):
    data = bytearray((folder / name).read_bytes())
    data[-1] ^= 1
    (folder / name).write_bytes(data)
    with pytest.raises(ModelError, match=f"{name} was altered"):
        read_tagger(folder)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": 2}, "another format"),
        ({"tags": ["O"]}, "other tags"),
        ({"decisions": {"add": 0.5}}, "no sound decisions"),
        ({"decisions": dataclasses.asdict(Decisions(add="high"))}, "no sound decisions"),
        ({"decisions": dataclasses.asdict(Decisions(add=float("nan")))}, "NaN is no number"),
        ({"decisions": dataclasses.asdict(Decisions()) | {"sureness": {"bias": 1.0}}}, "no sound decisions"),
        ({"files": []}, "altered"),
    ],
)
def test_an_unsound_record_is_refused(folder, change, message):
    record = json.loads((folder / RECORD).read_text())
    (folder / RECORD).write_text(json.dumps(record | change))
    with pytest.raises(ModelError, match=message):
        read_tagger(folder)


def test_what_is_missing_or_no_json_is_named(folder):
    (folder / RECORD).write_text("{")
    with pytest.raises(ModelError, match="not sound JSON"):
        read_tagger(folder)
    (folder / RECORD).unlink()
    with pytest.raises(ModelError, match="cannot be read"):
        read_tagger(folder)


def test_shapes_must_fit_the_features(tmp_path, weights):
    with pytest.raises(ModelError, match="shape"):
        write_tagger(tmp_path, weights.features[1:], weights.state, weights.transition, DECISIONS, {})


# -- in the segmenter -------------------------------------------------------------------------------------------------


class Fixed:
    """Finds the words it is told to, wherever they stand, and is as sure of all others as it is told to be."""

    def __init__(self, content="", source=None, support=0.8):
        self.content, self.source, self.support = content.split(), source and source.split(), support

    def read(self, sentence):
        words = [token.text for token in sentence.tokens]
        spans = [self._find(words, part) if part else None for part in (self.content, self.source)]
        inside = np.full(len(words), self.support)
        return Seen([Tagged(spans[0], spans[1], 0.8)] if spans[0] else [], inside)

    def confidence(self, rule, support):
        return rule * support

    @staticmethod
    def _find(words, part):
        places = [i for i in range(len(words)) if words[i : i + len(part)] == part]
        return (places[0], places[0] + len(part)) if places else None


def found(text, tagger):
    return segment_document(as_document(text), load_registry(), tagger)


def test_the_segmenter_adds_what_the_tagger_alone_finds():
    text = "Norway sang of the delay of the ferry. It rained."
    assert found(text, None) == []
    (statement,) = found(text, Fixed("sang of the delay of the ferry", "Norway"))
    assert (statement.text, statement.kind) == ("sang of the delay of the ferry", "indirect")
    assert (statement.speaker.actor, statement.source) == ("Norway", "Norway")
    assert statement.confidence == 0.8


def test_what_has_no_source_or_is_found_already_is_not_added():
    text = "Norway sang of the delay of the ferry."
    assert found(text, Fixed("sang of the delay")) == []
    text = "Norway declined to sing of the delay of the ferry."
    assert found(text, Fixed("declined to sing of the delay", "Norway")) == []
    text = "Norway said the ferry was late."
    (plain,) = found(text, None)
    (same,) = found(text, Fixed("ferry was late", "Norway"))
    assert dataclasses.replace(same, confidence=plain.confidence) == plain
    assert same.confidence == pytest.approx(0.8 * plain.confidence, abs=1e-3)


def test_posts_and_turns_are_not_weighed():
    text = "Norway said the ferry was late.\n\nMS. LIND: We stay.\n\nMR. BERG: We leave."
    pairs = zip(found(text, None), found(text, Fixed()), strict=True)
    assert [plain.confidence == weighed.confidence for plain, weighed in pairs] == [False, True, True]


def test_sureness_is_a_logistic_regression():
    assert log_odds(0.5) == 0
    assert log_odds(0.0) == pytest.approx(-log_odds(1.0)) == pytest.approx(np.log(0.001 / 0.999))
    assert Sureness(0.0, 1.0, 0.0)(0.7, 0.1) == pytest.approx(0.7)
    assert Sureness(0.0, 1.0, 1.0)(0.7, 0.7) == pytest.approx(0.49 / (0.49 + 0.09))
    assert Sureness(1.0, 0.0, 0.0)(0.1, 0.9) == pytest.approx(1 / (1 + np.exp(-1)))


def test_stories_in_which_nothing_goes_wrong_tell_nothing_of_doubt(weights):
    plain = [story for story in STORIES if "Ana Prado" in story.document.text]  # a capital stands for its state
    with pytest.raises(StanceError, match="all right"):
        OutOfFold(plain, [weights, weights]).sureness(0.5)


def test_out_of_fold_nothing_is_read_by_weights_that_saw_it(weights):
    folds = OutOfFold(STORIES, [weights, weights])
    assert set(folds.find(Decisions(add=0.5))) == {story.document.id for story in STORIES}
    assert folds.tally(Decisions(add=0.5)).found == len(STORIES)


def test_the_shipped_tagger_opens_and_weighs_what_the_rules_find():
    tagger = shipped_tagger()
    assert tagger is not None
    text = "Norway said the ferry was late. The crew went home."
    (statement,) = segment(text)
    assert [statement] == found(text, tagger)
    assert statement.text == "the ferry was late"
    assert 0 < statement.confidence < 1
