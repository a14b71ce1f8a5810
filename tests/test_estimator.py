"""The scikit-learn estimator: what scikit-learn asks of one, on texts; its own checks, as far as they apply."""

from __future__ import annotations

import copy
import json
import pickle

import numpy as np
import pandas as pd
import pytest
import tiny_model
from sklearn.base import clone, is_classifier
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import KFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils import estimator_checks, get_tags
from tiny_bert import LABELS, ROWS

import stance
from stance import StanceEstimator
from stance.errors import ModelError, StanceError

ROWS = [row for row in ROWS if len(row["labels"]) <= 1]
TEXTS = [row["text"] for row in ROWS]
SETS = [row["labels"] for row in ROWS]
MATRIX = np.array([[label in names for label in LABELS] for names in SETS]).astype(int)
SINGLE = [(names or ["nothing"])[0] for names in SETS]
QUICK = {"epochs": 1, "folds": 2, "max_length": 32, "learning_rate": 3e-3}

# Of scikit-learn's own checks, those that give the estimator no data.
APPLICABLE = {
    "check_estimator_cloneable",
    "check_estimator_tags_renamed",
    "check_valid_tag_types",
    "check_estimator_repr",
    "check_no_attributes_set_in_init",
    "check_do_not_raise_errors_in_init_or_set_params",
    "check_mixin_order",
    "check_parameters_default_constructible",
    "check_get_params_invariance",
    "check_set_params",
}
NUMBERS = "fits arrays of numbers, and a text is no number"
FEATURES = "counts the columns of the data, and texts have none"
VALUES = "is about NaN, infinite or complex numbers and sparse matrices of them"
SAMPLES = "fits one row, or rows of one column, of numbers"
# The others, with the reason; the tests of this file named behind them ask the same with texts.
INAPPLICABLE = {
    "check_fit_score_takes_y": f"{NUMBERS}: test_pipeline_and_cross_validation",
    "check_estimators_overwrite_params": f"{NUMBERS}: test_fit_leaves_parameters_alone",
    "check_dont_overwrite_parameters": f"{NUMBERS}: test_fit_leaves_parameters_alone",
    "check_estimators_fit_returns_self": f"{NUMBERS}: test_fit_is_idempotent",
    "check_readonly_memmap_input": f"{NUMBERS}: test_other_sequences",
    "check_estimators_unfitted": f"{NUMBERS}: test_unfitted",
    "check_n_features_in_after_fitting": f"{FEATURES}: test_texts_have_no_features",
    "check_positive_only_tag_during_fit": NUMBERS,
    "check_estimators_dtypes": f"{NUMBERS}: test_other_sequences",
    "check_complex_data": VALUES,
    "check_dtype_object": f"{NUMBERS}: test_bad_texts_are_named",
    "check_estimators_empty_data_messages": f"{NUMBERS}: test_bad_data_are_refused",
    "check_pipeline_consistency": f"{NUMBERS}: test_pipeline_and_cross_validation",
    "check_estimators_nan_inf": VALUES,
    "check_estimator_sparse_tag": VALUES,
    "check_estimator_sparse_array": VALUES,
    "check_estimator_sparse_matrix": VALUES,
    "check_estimators_pickle": f"{NUMBERS}: test_copies_answer_alike",
    "check_f_contiguous_array_estimator": NUMBERS,
    "check_classifier_data_not_an_array": f"{NUMBERS}: test_other_sequences",
    "check_classifiers_one_label": f"{NUMBERS}: test_bad_data_are_refused",
    "check_classifiers_one_label_sample_weights": f"{NUMBERS}, and there are no weights of samples",
    "check_array_api_input": f"{NUMBERS}, in arrays of other libraries",
    "check_classifiers_multilabel_representation_invariance": f"{NUMBERS}: test_indicator_matrix",
    "check_classifiers_multilabel_output_format_predict": f"{NUMBERS}: test_indicator_matrix",
    "check_classifiers_multilabel_output_format_predict_proba": f"{NUMBERS}: test_indicator_matrix",
    "check_classifiers_multilabel_output_format_decision_function": f"{NUMBERS}, and there is no decision_function",
    "check_classifiers_classes": f"{NUMBERS}: test_classes_of_any_kind",
    "check_estimators_partial_fit_n_features": f"{FEATURES}, and there is no partial_fit",
    "check_classifiers_train": f"{NUMBERS}: test_one_label_a_text",
    "check_classifiers_regression_target": f"{NUMBERS}: test_bad_data_are_refused",
    "check_supervised_y_2d": f"{NUMBERS}: test_indicator_matrix",
    "check_supervised_y_no_nan": f"{NUMBERS}: test_bad_data_are_refused",
    "check_non_transformer_estimators_n_iter": NUMBERS,
    "check_decision_proba_consistency": f"{NUMBERS}, and there is no decision_function",
    "check_methods_sample_order_invariance": f"{NUMBERS}: test_order_and_subsets",
    "check_methods_subset_invariance": f"{NUMBERS}: test_order_and_subsets",
    "check_fit2d_1sample": SAMPLES,
    "check_fit2d_1feature": SAMPLES,
    "check_dict_unchanged": f"{NUMBERS}: test_predictions_change_nothing",
    "check_fit_idempotent": f"{NUMBERS}: test_fit_is_idempotent",
    "check_fit_check_is_fitted": f"{NUMBERS}: test_unfitted",
    "check_n_features_in": f"{FEATURES}: test_texts_have_no_features",
    "check_fit1d": "asks that one-dimensional data be refused, and texts are one-dimensional",
    "check_fit2d_predict1d": SAMPLES,
    "check_requires_y_none": f"{NUMBERS}: test_bad_data_are_refused",
}


def new(**options):
    return StanceEstimator(tiny_model.encoder(), **(QUICK | options))


@pytest.fixture(scope="module")
def single():
    return new().fit(TEXTS, SINGLE)


@pytest.fixture(scope="module")
def multi():
    return new(labels=LABELS).fit(TEXTS, MATRIX)


class _OfArrays(StanceEstimator):
    """Says that it takes arrays, so that scikit-learn lists all its checks."""

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = True
        return tags


def battery():
    checks = [estimator_checks.check_estimator_cloneable]
    checks += estimator_checks._yield_all_checks(_OfArrays(), legacy=True)
    return {estimator_checks._check_name(check): check for check in checks}


def test_every_check_of_scikit_learn_is_run_or_left_out_for_a_reason():
    assert not APPLICABLE & INAPPLICABLE.keys()
    assert sorted(battery().keys() - APPLICABLE - INAPPLICABLE.keys()) == []
    named = {reason.split(": ")[1] for reason in INAPPLICABLE.values() if ": " in reason}
    assert sorted(named - globals().keys()) == []


@pytest.mark.parametrize("name", sorted(APPLICABLE))
def test_checks_of_scikit_learn(name):
    check = battery().get(name)
    if check is None:
        pytest.skip("this version of scikit-learn has no such check")
    check("StanceEstimator", new())


def test_one_label_a_text(single):
    assert is_classifier(single)
    assert single.classes_.tolist() == sorted({*SINGLE})
    shares = single.predict_proba(TEXTS)
    assert shares.shape == (len(TEXTS), len(single.classes_))
    assert np.allclose(shares.sum(axis=1), 1)
    found = single.predict(TEXTS)
    assert found.tolist() == single.classes_[shares.argmax(axis=1)].tolist()
    assert single.score(TEXTS, SINGLE) == np.mean(found == np.array(SINGLE))


def test_indicator_matrix(multi):
    assert multi.classes_.tolist() == list(LABELS)
    chances = multi.predict_proba(TEXTS)
    found = multi.predict(TEXTS)
    assert found.shape == MATRIX.shape
    assert (found == (chances >= multi.model_.scoring.thresholds[0])).all()
    assert multi.score(TEXTS, MATRIX) == (found == MATRIX).all(axis=1).mean()


def test_lists_of_labels(multi):
    listed = new().fit(TEXTS, SETS)
    assert listed.classes_.tolist() == sorted(LABELS)
    order = [listed.classes_.tolist().index(label) for label in LABELS]
    # The columns of the head are drawn apart, so that their order shows in the last digits.
    assert np.abs(listed.predict_proba(TEXTS)[:, order] - multi.predict_proba(TEXTS)).max() < 0.05
    matrix = np.array([[int(name in names) for name in listed.classes_] for names in SETS])
    assert listed.score(TEXTS, SETS) == listed.score(TEXTS, matrix)


def test_classes_of_any_kind():
    for classes in ([3, 7], [False, True], ["Ж", "З"]):
        y = np.array([classes[name == "concern"] for name in SINGLE])
        fitted = new().fit(TEXTS, y)
        assert fitted.classes_.tolist() == classes
        assert set(fitted.predict(TEXTS).tolist()) <= set(classes)
        assert fitted.predict_proba(TEXTS).shape == (len(TEXTS), 2)


def test_get_params_and_set_params():
    estimator = new(labels=LABELS)
    parameters = estimator.get_params()
    assert parameters["base"] == tiny_model.encoder()
    assert parameters["labels"] is LABELS
    assert estimator.set_params(epochs=7, seed=3) is estimator
    assert (estimator.epochs, estimator.seed) == (7, 3)
    with pytest.raises(ValueError, match="colour"):
        estimator.set_params(colour=1)


def test_clone_is_unfitted_and_equal(single):
    copied = clone(single)
    assert copied.get_params() == single.get_params()
    with pytest.raises(NotFittedError):
        copied.predict(TEXTS)


def test_fit_is_idempotent(single):
    again = new()
    assert again.fit(TEXTS, SINGLE) is again
    assert np.array_equal(again.predict_proba(TEXTS), single.predict_proba(TEXTS))


def test_refit_forgets(single):
    estimator = new()
    estimator.fit(TEXTS, MATRIX)
    estimator.fit(TEXTS, SINGLE)
    assert not estimator.multilabel_
    assert np.array_equal(estimator.predict_proba(TEXTS), single.predict_proba(TEXTS))


def test_fit_leaves_parameters_alone(single):
    assert single.get_params() == new().get_params()
    assert [name for name in vars(single) if "_" not in (name[0], name[-1])] == list(vars(new()))


def test_predictions_change_nothing(single):
    before = {name: id(value) for name, value in vars(single).items()}
    single.predict(TEXTS)
    single.predict_proba(TEXTS)
    assert {name: id(value) for name, value in vars(single).items()} == before


def test_texts_have_no_features(single):
    tags = get_tags(single).input_tags
    assert (tags.string, tags.one_d_array, tags.two_d_array) == (True, True, False)
    assert not hasattr(single, "n_features_in_")
    assert not hasattr(single, "feature_names_in_")
    for call in (single.predict, single.predict_proba):
        with pytest.raises(StanceError, match="give a list of texts"):
            call(np.array(TEXTS)[:, None])
    with pytest.raises(StanceError, match="give a list of texts"):
        new().fit(pd.DataFrame({"text": TEXTS}), SINGLE)


def test_unfitted():
    for call in ("predict", "predict_proba"):
        with pytest.raises(NotFittedError):
            getattr(new(), call)(TEXTS)
    with pytest.raises(NotFittedError):
        new().score(TEXTS, SINGLE)
    with pytest.raises(NotFittedError):
        new().save("nowhere")


def test_order_and_subsets(single):
    whole = single.predict_proba(TEXTS)
    order = np.random.default_rng(0).permutation(len(TEXTS))
    assert np.allclose(single.predict_proba([TEXTS[i] for i in order]), whole[order], atol=1e-5)
    assert np.allclose(np.concatenate([single.predict_proba([text]) for text in TEXTS]), whole, atol=1e-5)


def test_other_sequences(single):
    series = pd.Series(TEXTS, index=range(7, 7 + len(TEXTS)))
    fitted = new().fit(series, pd.Series(SINGLE, index=series.index))
    for texts in (series, tuple(TEXTS), np.array(TEXTS), np.array(TEXTS, dtype=object)):
        assert np.array_equal(fitted.predict_proba(texts), single.predict_proba(TEXTS))


def test_sparse_indicator_matrix(multi):
    from scipy.sparse import csr_matrix

    fitted = new(labels=LABELS).fit(TEXTS, csr_matrix(MATRIX))
    assert np.array_equal(fitted.predict_proba(TEXTS), multi.predict_proba(TEXTS))


def test_bad_texts_are_named(single):
    with pytest.raises(StanceError, match=r"texts\[1\]"):
        single.predict([TEXTS[0], None])
    with pytest.raises(StanceError, match=r"texts\[0\]"):
        new().fit([" ", *TEXTS[1:]], SINGLE)


@pytest.mark.parametrize(
    ("y", "named"),
    [
        (None, "y has labels of 0 texts"),
        (SINGLE[1:], "X has 40"),
        ([None, *SINGLE[1:]], "None"),
        ([float("nan"), *[1.0] * (len(TEXTS) - 1)], "nan"),
        (["same"] * len(TEXTS), "all examples have 'same'"),
        (np.linspace(0, 1, len(TEXTS)), "too few examples"),
        (MATRIX * 2, "no indicator matrix"),
        (MATRIX[1:], "no indicator matrix"),
        (MATRIX * 0, "too few examples"),
        ("x" * len(TEXTS), "y has labels of 0 texts"),
    ],
)
def test_bad_data_are_refused(y, named):
    with pytest.raises(StanceError, match=named):
        new().fit(TEXTS, y)


def test_columns_and_names_must_fit():
    with pytest.raises(StanceError, match="2 labels for 5 columns"):
        new(labels=["a", "b"]).fit(TEXTS, MATRIX)


def test_no_texts_are_refused():
    with pytest.raises(StanceError):
        new().fit([], [])


def test_pipeline_and_cross_validation():
    shout = FunctionTransformer(lambda texts: [text.upper() for text in texts])
    pipeline = make_pipeline(shout, new()).fit(TEXTS, SINGLE)
    assert pipeline.predict(TEXTS).shape == (len(TEXTS),)
    assert pipeline.classes_.tolist() == sorted({*SINGLE})
    scores = cross_val_score(new(labels=LABELS), TEXTS, MATRIX, cv=KFold(2, shuffle=True, random_state=0))
    assert scores.shape == (2,)
    assert ((scores >= 0) & (scores <= 1)).all()


def test_copies_answer_alike(single):
    for copied in (pickle.loads(pickle.dumps(single)), copy.deepcopy(single)):
        assert np.array_equal(copied.predict_proba(TEXTS), single.predict_proba(TEXTS))


@pytest.fixture(scope="module")
def saved(multi, tmp_path_factory):
    return multi.save(tmp_path_factory.mktemp("saved") / "mine")


def test_what_is_saved_is_a_stance_model_without_pickle(multi, saved):
    model = stance.load(saved)
    assert np.abs(model.predict_proba(TEXTS) - multi.predict_proba(TEXTS)).max() < 1e-2
    assert {path.suffix for path in saved.rglob("*") if path.is_file()} <= {
        ".json",
        ".safetensors",
        ".onnx",
        ".md",
        ".txt",
    }


def test_saved_estimators_open_with_their_parameters_and_answers(multi, saved, tmp_path):
    opened = StanceEstimator.load(saved)
    assert opened.get_params() == multi.get_params() | {"base": str(multi.base), "labels": list(LABELS)}
    assert opened.classes_.tolist() == multi.classes_.tolist()
    assert opened.multilabel_
    assert np.abs(opened.predict_proba(TEXTS) - multi.predict_proba(TEXTS)).max() < 1e-2
    again = StanceEstimator.load(opened.save(tmp_path / "again"))
    assert np.array_equal(again.predict_proba(TEXTS), opened.predict_proba(TEXTS))
    refitted = clone(opened).fit(TEXTS, MATRIX)
    assert np.array_equal(refitted.predict_proba(TEXTS), multi.predict_proba(TEXTS))


def test_models_of_others_are_no_estimators(model_folder):
    with pytest.raises(ModelError, match=r"stance\.load"):
        StanceEstimator.load(model_folder)


def test_saved_records_are_plain_json(saved):
    record = json.loads((saved / "stance.json").read_text(encoding="utf-8"))
    assert record["data"]["estimator"]["classes"] == list(LABELS)
