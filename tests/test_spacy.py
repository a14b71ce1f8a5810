"""The component for spaCy: statements on documents and spans, in pipes, on disk and in other processes."""

import pytest
import spacy
from spacy.tokens import Doc, DocBin

import stance
import stance.spacy
from stance.errors import DocumentError, StanceError

TEXT = (
    "The United States condemned the raid on the border post. “We’re deeply concerned,” the European Union’s "
    "spokesman said. 😀 Canada called on both sides to show restraint."
)


@pytest.fixture(scope="module")
def config(model_folder):
    return {"model": str(model_folder), "force": True}


@pytest.fixture(scope="module")
def nlp(config):
    made = spacy.blank("en")
    made.add_pipe("stance", config=config)
    return made


@pytest.fixture(scope="module")
def expected(model_folder):
    return stance.analyze(TEXT, model=model_folder, force=True).statements


def test_statements_are_those_of_analyze(nlp, expected):
    doc = nlp(TEXT)
    assert doc._.statements == expected
    assert doc._.stance_error is None
    assert {statement.speaker.actor for statement in expected} >= {"US", "Canada"}


def test_spans_hold_their_statements_in_whole_tokens(nlp, expected):
    doc = nlp(TEXT)
    spans = list(doc.spans["stance"])
    assert tuple(span._.statement for span in spans) == expected
    for span, statement in zip(spans, expected, strict=True):
        assert span.start_char <= statement.start < statement.end <= span.end_char
        assert statement.text in span.text
        assert span.label_ == ";".join(statement.labels)
    assert any(span.label_ for span in spans)


def test_other_spans_and_other_documents_have_no_statement(nlp):
    assert nlp(TEXT)[0:1]._.statement is None
    untouched = nlp.make_doc(TEXT)
    assert untouched._.statements is None
    assert untouched._.stance_error is None
    assert untouched[0:1]._.statement is None


def test_documents_and_pipelines_are_kept_on_disk(nlp, expected, tmp_path):
    doc = nlp(TEXT)
    stored = DocBin(store_user_data=True, docs=[doc]).to_bytes()
    for read in (
        Doc(nlp.vocab).from_bytes(doc.to_bytes()),
        *DocBin(store_user_data=True).from_bytes(stored).get_docs(nlp.vocab),
    ):
        assert read._.statements == expected
        assert [span._.statement for span in read.spans["stance"]] == list(expected)
    nlp.to_disk(tmp_path / "pipeline")
    assert spacy.load(tmp_path / "pipeline")(TEXT)._.statements == expected


def test_other_processes_answer_alike(nlp, expected):
    """Also after this one has used the model: what it has opened is of no use to its children."""
    assert nlp(TEXT)._.statements == expected
    found = list(nlp.pipe([TEXT] * 3, n_process=2, batch_size=1))
    assert [doc._.statements for doc in found] == [expected] * 3


def test_what_is_known_of_a_document_goes_before_what_is_known_of_all(config):
    nlp = spacy.blank("en")
    nlp.add_pipe("stance", config=config | {"date": "2022-01-10", "author": "Canada"})
    (plain,) = nlp("We condemn the raid on the border post.")._.statements
    assert (plain.date.isoformat(), plain.speaker.actor) == ("2022-01-10", "Canada")
    doc = nlp.make_doc("We condemn the raid on the border post.")
    doc.user_data |= {"date": "2023-02-03", "author": "Norway"}
    (told,) = nlp(doc)._.statements
    assert (told.date.isoformat(), told.speaker.actor) == ("2023-02-03", "Norway")
    doc.user_data["date"] = "yesterday"
    with pytest.raises(DocumentError, match="yesterday"):
        nlp(doc)


def test_documents_that_cannot_be_analysed(nlp, config):
    with pytest.raises(DocumentError):
        nlp(" ")
    patient = spacy.blank("en")
    patient.add_pipe("stance", config=config | {"errors": "keep"})
    first, second = patient.pipe([" ", TEXT])
    assert first._.statements is None
    assert "stance" not in first.spans
    assert first._.stance_error
    assert second._.statements
    with pytest.raises(StanceError, match="choose raise or keep"):
        stance.spacy.StanceComponent(errors="ignore")
