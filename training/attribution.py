"""Train the tagger of statements and sources on the stories, decide what follows from it, and write its folder.

python -m training.attribution --out models/attribution-en

The conditional random field is fitted by CRFsuite (Okazaki 2007); only its weights are kept, and the library reads them
with code of its own. Titles and running text are learned; posts and turns are left to the layout.
"""

from __future__ import annotations

import argparse
import dataclasses
import hashlib
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from stance.errors import StanceError
from stance.matching import match_statements, same_speaker
from stance.segment import as_document
from stance.segment.features import token_features
from stance.segment.statements import segment_document
from stance.segment.tagger import TAGS, Decisions, Floats, Seen, Sureness, Tagger, log_odds
from stance.segment.tagger_folder import write_tagger
from stance.segment.tokens import Sentence
from stance.segment.typeset import Typeset
from stance.speakers.registry import load_registry
from stance.types import Statement
from training.config import DEFAULT_CONFIG, AttributionConfig, command, read_config
from training.stories import DEFAULT_STORIES, Story, Tally, measure, read_stories

_TAG_OF = {"st": "content", "src": "source", "cue": "cue"}


@dataclass(slots=True)
class Recorder:
    """A tagger that finds nothing and keeps the sentences it was shown."""

    sentences: list[Sentence] = field(default_factory=list)

    def read(self, sentence: Sentence) -> Seen:
        """Nothing."""
        self.sentences.append(sentence)
        return Seen([], np.zeros(len(sentence.tokens)))

    def confidence(self, rule: float, support: float) -> float:
        """The rule's."""
        return rule


def sentences_of(story: Story) -> list[tuple[Sentence, list[str]]]:
    """The sentences of a story's running text and titles, with the tag of each token by the story's marks.

    A story that is badly typeset gives none: what the segmenter reads then is not the text that was marked.
    """
    text = story.document.text
    if Typeset(text).text != text:
        return []
    recorder = Recorder()
    segment_document(as_document(story.document), load_registry(), recorder)
    return [(sentence, _tags(sentence, story)) for sentence in recorder.sentences]


def _tags(sentence: Sentence, story: Story) -> list[str]:
    tags = ["O"] * len(sentence.tokens)
    for mark in story.marks:
        name, opened = _TAG_OF[mark.tag], False
        for i, token in enumerate(sentence.tokens):
            if mark.start <= token.start and token.end <= mark.end:
                tags[i] = f"I-{name}" if opened else f"B-{name}"
                opened = True
    return tags


@dataclass(frozen=True, slots=True)
class Weights:
    """What a fit gives: names of features, (features, tags) and (tags, tags) weights."""

    features: list[str]
    state: Floats
    transition: Floats

    def tagger(self, decisions: Decisions) -> Tagger:
        """As the library uses them."""
        rows = {name: row for row, name in enumerate(self.features)}
        return Tagger(rows, self.state, self.transition, decisions)


def fit(stories: Iterable[Story], settings: AttributionConfig) -> Weights:
    """Fit the conditional random field with elastic-net penalties."""
    import pycrfsuite

    trainer = pycrfsuite.Trainer(verbose=False)
    trainer.set_params(
        {
            "c1": settings.l1,
            "c2": settings.l2,
            "max_iterations": settings.iterations,
            "feature.minfreq": settings.least_count,
        }
    )
    for story in stories:
        for sentence, tags in sentences_of(story):
            trainer.append(token_features(sentence), tags)
    with tempfile.TemporaryDirectory() as folder:
        file = str(Path(folder) / "model.crf")
        trainer.train(file)
        tagger = pycrfsuite.Tagger()
        tagger.open(file)
        info = tagger.info()
        tagger.close()
    names = sorted({name for name, _ in info.state_features})
    rows = {name: row for row, name in enumerate(names)}
    state, transition = np.zeros((len(names), len(TAGS))), np.zeros((len(TAGS), len(TAGS)))
    for (name, tag), weight in info.state_features.items():
        state[rows[name], TAGS.index(tag)] = weight
    for (first, second), weight in info.transitions.items():
        transition[TAGS.index(first), TAGS.index(second)] = weight
    return Weights(names, state, transition)


def fold_of(story: Story, folds: int) -> int:
    """The fold of a story, by its id alone."""
    return int(hashlib.sha256(story.document.id.encode()).hexdigest(), 16) % folds


class OutOfFold:
    """The segmenter with a tagger that has not seen the story it reads.

    Args:
        stories: all of them.
        fitted: weights of each fold, fitted on the stories of the others.
    """

    def __init__(self, stories: Sequence[Story], fitted: Sequence[Weights]) -> None:
        self.stories, self.fitted, self.registry = stories, fitted, load_registry()

    def find(self, decisions: Decisions) -> dict[str, list[Statement]]:
        """The statements of every story, by its id."""
        taggers = [weights.tagger(decisions) for weights in self.fitted]
        found = {}
        for story in self.stories:
            tagger = taggers[fold_of(story, len(taggers))]
            found[story.document.id] = segment_document(as_document(story.document), self.registry, tagger)
        return found

    def tally(self, decisions: Decisions) -> Tally:
        """What is found and right, over all stories."""
        found = self.find(decisions)
        return measure(self.stories, lambda story: found[story.document.id])["all"]

    def sureness(self, add: float) -> Sureness:
        """Fit how sure it is that a statement and its speaker are right."""
        by_rule = self.find(Decisions(add))
        by_support = self.find(Decisions(add, Sureness(0.0, 0.0, 1.0)))
        evidence, right = [], []
        for story in self.stories:
            statements = by_rule[story.document.id]
            pairs = {j: i for i, j in match_statements(story.document.text, story.statements, statements)}
            for j, (statement, other) in enumerate(zip(statements, by_support[story.document.id], strict=True)):
                if statement.confidence == other.confidence:  # a post or a turn, which the tagger does not read
                    continue
                evidence.append([log_odds(statement.confidence), log_odds(other.confidence)])
                right.append(j in pairs and same_speaker(statement, story.statements[pairs[j]]))
        return _regression(evidence, right)


def _regression(evidence: Sequence[Sequence[float]], right: Sequence[bool]) -> Sureness:
    from sklearn.linear_model import LogisticRegression

    if len(set(right)) < 2:
        raise StanceError("the statements found are all right, or all wrong", remedy="give more stories")
    fitted = LogisticRegression(C=100.0).fit(evidence, right)
    (rule, support), bias = fitted.coef_[0], fitted.intercept_[0]
    return Sureness(round(float(bias), 4), round(float(rule), 4), round(float(support), 4))


def decide(folds: OutOfFold, settings: AttributionConfig) -> tuple[Decisions, dict[str, str]]:
    """Choose out of fold what to add, and fit the confidence; with all figures seen.

    Real texts hold more narration than the stories, so what is added is as sure as it can be without F falling by more
    than ``settings.margin`` below the best.
    """
    tallies = {add: folds.tally(Decisions(add)) for add in settings.add}
    best = max(tally.f1 for tally in tallies.values())
    add = max(add for add, tally in tallies.items() if tally.f1 >= best - settings.margin)
    return Decisions(add, folds.sureness(add)), {f"add {add:.2f}": tally.figures() for add, tally in tallies.items()}


def _card(record: Mapping[str, Any], decisions: Decisions) -> str:
    """The model card of the folder."""
    margin = record["training"]["settings"]["margin"]
    figures = "\n".join(f"{name:10} {line}" for name, line in record["out_of_fold"].items())
    return f"""# attribution-en

A linear-chain conditional random field over the words of a sentence: which are a source, which a reporting verb, which
a statement. It stands beside the segmenter's rules: it adds statements that no rule finds (probability at least
{decisions.add}), and makes a statement's `confidence` the probability that statement and speaker are right.

Learned from {record["training"]["stories"]} stories written for this project by language models
(`training/corpus/stories/`, Apache-2.0), with features of the words alone; no other text, no pretrained encoder.
English only. Reproduce it with `python -m training.attribution --out models/attribution-en`.

Out of fold on those stories (the segmenter's rules were written with some of them at hand, so that these figures
flatter the rules). The threshold is as high as it can be with F within {margin} of the best:

```text
{figures}
```

`R` is recall of statements, `who` the share of the found ones with the right speaker, `whoF` counts a wrong speaker
as an error. `attribution.json` seals the two other files by their SHA-256; nothing in the folder is executed.
"""


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line of the module."""
    parser = argparse.ArgumentParser(prog="python -m training.attribution", description=__doc__)
    parser.add_argument("--stories", type=Path, default=DEFAULT_STORIES / "train.jsonl", help="marked stories")
    parser.add_argument("--config", type=Path, default=DEFAULT_CONFIG, help="configuration (%(default)s)")
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="folder to write")
    options = parser.parse_args(arguments)
    settings = read_config(options.config).attribution
    stories = read_stories(options.stories)
    fitted = [
        fit([story for story in stories if fold_of(story, settings.folds) != fold], settings)
        for fold in range(settings.folds)
    ]
    decisions, seen = decide(OutOfFold(stories, fitted), settings)
    for name, figures in seen.items():
        print(f"{name:10} {figures}")
    weights = fit(stories, settings)
    record = {
        "training": {
            "stories": len(stories),
            "stories_sha256": hashlib.sha256(options.stories.read_bytes()).hexdigest(),
            "settings": dataclasses.asdict(settings),
        },
        "out_of_fold": seen,
    }
    write_tagger(options.out, weights.features, weights.state, weights.transition, decisions, record)
    (options.out / "README.md").write_text(_card(record, decisions), encoding="utf-8")
    print(f"{options.out}: {len(weights.features)} features, {decisions}")


if __name__ == "__main__":
    command(main)
