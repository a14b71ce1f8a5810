"""Three baselines that a model has to beat: the majority, a keyword list, and TF-IDF with logistic regression."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stance.errors import EvaluationError

# The obvious words of each label's definition in the codebook; a star stands for any ending.
KEYWORDS: dict[str, tuple[str, ...]] = {
    "condemnation": (
        *("condemn*", "denounc*", "deplor*", "decr*", "protest*", "unacceptable", "unjustifi*", "flagrant"),
        *("outrage*", "appalled", "war crime*", "reject*"),
    ),
    "concern": (
        *("concern*", "worr*", "alarm*", "troubl*", "disturb*", "dismay*", "disappoint*", "regret*", "risk*"),
        *("threaten*", "fear*"),
    ),
    "restraint": (
        *("restrain*", "refrain*", "de-escalat*", "ceasefire*", "cease-fire*", "dialogue", "peaceful*", "withdraw*"),
        *("proportionate", "stop", "no military solution", "negotiat*"),
    ),
    "sovereignty": (
        *("sovereign*", "territorial integrity", "independence", "statehood", "self-determination"),
        *("internal affair*", "interference", "annexation"),
    ),
    "condolence": (
        *("condolence*", "sympath*", "mourn*", "grie*", "thoughts are with", "loss of life", "recovery", "tribute"),
        *("bereaved", "saddened"),
    ),
}


def majority(targets: ArrayLike, count: int) -> NDArray[np.bool_]:
    """The commoner answer of each label in the training targets, for ``count`` texts: (count, labels)."""
    common = np.asarray(targets, dtype=np.float64).mean(axis=0) > 0.5
    return np.tile(common, (count, 1))


def keywords(texts: Sequence[str], labels: Sequence[str]) -> NDArray[np.bool_]:
    """A label wherever one of its words occurs: (n, labels).

    Raises:
        EvaluationError: a label that has no list.
    """
    missing = [label for label in labels if label not in KEYWORDS]
    if missing:
        raise EvaluationError(f"no keyword list for {', '.join(missing)}")
    patterns = [re.compile("|".join(map(_pattern, KEYWORDS[label]))) for label in labels]
    found = [[pattern.search(text.casefold()) is not None for pattern in patterns] for text in texts]
    return np.array(found, dtype=bool).reshape(len(texts), len(labels))


def _pattern(word: str) -> str:
    return r"\b" + re.escape(word).replace(r"\*", r"\w*") + r"\b"


def tfidf_logistic(train_texts: Sequence[str], train_targets: ArrayLike, texts: Sequence[str]) -> NDArray[np.float64]:
    """Probabilities (n, labels) of one logistic regression a label on TF-IDF of words and word pairs.

    Args:
        train_texts: m texts.
        train_targets: (m, labels), true where a label applies.
        texts: n texts to score.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    targets = np.asarray(train_targets, dtype=bool)
    vectoriser = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    try:
        known = vectoriser.fit_transform(train_texts)
    except ValueError as error:
        raise EvaluationError(f"the training rows give no vocabulary ({error})") from error
    new = vectoriser.transform(texts)
    chances = np.tile(targets.mean(axis=0), (len(texts), 1))
    for column in range(targets.shape[1]):
        # A label that always or never applies keeps its share as the probability.
        if 0 < targets[:, column].sum() < len(targets):
            fitted = LogisticRegression(C=10, class_weight="balanced", max_iter=1000).fit(known, targets[:, column])
            chances[:, column] = fitted.predict_proba(new)[:, 1]
    return chances
