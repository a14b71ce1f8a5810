import io
import sys

import pytest

from stance.errors import DocumentError
from stance.reading import find_documents, read_document
from stance.types import Document


def test_folders_become_their_text_files_in_order(tmp_path):
    for name in ("b.txt", "a.txt", "c.md", "sub/d.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("We condemn the raid.")
    found = list(find_documents(["-", tmp_path, "none.txt"]))
    assert found == ["-", tmp_path / "a.txt", tmp_path / "b.txt", "none.txt"]


def test_text_stays_as_it_came_but_for_the_byte_order_mark(tmp_path):
    path = tmp_path / "story.v2.txt"
    path.write_bytes(b"\xef\xbb\xbf" + "Ме\u0301\r\n\n We condemn. \n".encode())
    assert read_document(path) == Document("story.v2", "Ме\u0301\r\n\n We condemn. \n")


def test_standard_input_is_a_document(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("Café".encode())))
    assert read_document("-") == Document("stdin", "Café")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "the document is empty; give"),
        (b" \n\t\xe2\x80\x83", "the document is empty; give"),
        (b"text\0text", "a binary file; give plain text"),
        (b"%PDF-1.7\n%caf\xe9", "a binary file; give plain text"),
        (b"caf\xe9", r"not UTF-8 \(byte 0xe9 at offset 3\); convert it"),
        ("Text".encode("utf-16"), "this is UTF-16, not UTF-8; convert it"),
    ],
)
def test_what_is_no_text_is_refused_in_one_sentence_with_file_and_remedy(tmp_path, data, said):
    path = tmp_path / "bad.txt"
    path.write_bytes(data)
    with pytest.raises(DocumentError, match=rf"^\S*bad\.txt: {said}[^\n]*$"):
        read_document(path)


def test_missing_files_and_folders_without_texts_are_refused(tmp_path):
    with pytest.raises(DocumentError, match=r"none\.txt: no such file; check the path"):
        read_document(tmp_path / "none.txt")
    (found,) = find_documents([tmp_path])
    with pytest.raises(DocumentError, match=r"no \.txt files in this folder"):
        read_document(found)
