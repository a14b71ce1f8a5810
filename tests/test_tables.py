import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from stance.errors import StanceError, TableError
from stance.output import complete
from stance.tables import FORMATS, format_of, read_table, write_table
from stance.tables.jsonlines import SAMPLE

HEAD = b"id,text,note\n"


def rows_of(path, format=None):
    with read_table(path, format or format_of(path)) as table:
        return table.columns, list(table)


def write(path, source, records, added=None, format=None):
    """Write records under the columns of ``source``, a table that exists."""
    with (
        read_table(source, format_of(source)) as table,
        write_table(path, format or format_of(path), table, added or {}) as out,
    ):
        for record in records:
            out.write(record)
    return path


@pytest.fixture
def csv_file(tmp_path):
    def make(data, name="table.csv"):
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return make


@pytest.mark.parametrize(
    ("name", "format"), [("a.csv", "csv"), ("A.TSV", "tsv"), ("b.ndjson", "jsonl"), ("x/c.pq", "parquet")]
)
def test_format_follows_the_suffix(name, format):
    assert format_of(name) == format


def test_format_of_other_names_is_the_default_or_an_error():
    assert format_of("table.txt", "csv") == "csv"
    assert format_of("table.csv", "jsonl") == "csv"
    with pytest.raises(StanceError, match=r"standard input: .*--format"):
        format_of("-")
    with pytest.raises(StanceError, match=r"'xml'; choose from csv, tsv, jsonl, parquet"):
        format_of("table.csv", "xml")


def test_csv_cells_are_strings_in_order_with_quotes_line_breaks_and_byte_order_mark(csv_file):
    path = csv_file(b"\xef\xbb\xbf" + HEAD + '1,"one, ""two""\r\nthree",é\r\n\r\n2,,\r\n'.encode())
    columns, rows = rows_of(path)
    assert columns == ("id", "text", "note")
    assert [row.cells for row in rows] == [
        {"id": "1", "text": 'one, "two"\r\nthree', "note": "é"},
        {"id": "2", "text": "", "note": ""},
    ]
    assert all(row.error is None for row in rows)


def test_ragged_csv_rows_keep_their_place_and_their_surplus_is_told(csv_file):
    _, rows = rows_of(csv_file(HEAD + b"1,a,b\n2,short\n3,a,b,left,over\n4,c,d\n"))
    assert [row.cells["id"] for row in rows] == ["1", "2", "3", "4"]
    assert [row.error for row in rows] == [
        None,
        "2 cells for 3 columns",
        "5 cells for 3 columns; too many are 'left', 'over'",
        None,
    ]


@pytest.mark.parametrize("broken", ['2,"never closed', '2,"closed"too early,x'])
def test_broken_quotation_costs_one_row_of_a_csv(csv_file, broken):
    path = csv_file(HEAD + f'1,a,b\n{broken}\n3,"c, d",e\n4,"f\ng",h\n'.encode())
    _, rows = rows_of(path)
    assert [row.cells.get("id") for row in rows] == ["1", None, "3", "4"]
    assert rows[1].error.endswith(broken)
    assert [row.cells["text"] for row in rows[2:]] == ["c, d", "f\ng"]


def test_row_that_is_not_utf8_is_an_error_with_its_bytes_spelled_out(csv_file):
    _, rows = rows_of(csv_file(HEAD + b"1,caf\xe9,b\n2,ok,c\n"))
    assert (rows[0].cells["text"], rows[0].error) == ("caf\\xe9", "not UTF-8")
    assert rows[1].error is None


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"a,b,a\n1,2,3\n", "occur twice: 'a'"),
        (b"\xff\xfei\0d\0", "UTF-8"),
        (b"\x89PNG\r\n\x1a\n\0", "UTF-8"),
        (b'"id,text\n', "header is broken"),
    ],
)
def test_tables_that_are_none_are_refused(csv_file, data, said):
    with pytest.raises(TableError, match=said) as caught:
        rows_of(csv_file(data))
    assert "table.csv" in str(caught.value)


def test_missing_tables_and_folders_are_refused(tmp_path):
    with pytest.raises(TableError, match=r"none\.csv: no such file; check the path"):
        rows_of(tmp_path / "none.csv")
    with pytest.raises(TableError, match="cannot be read"):
        rows_of(tmp_path, "csv")


@pytest.mark.parametrize("data", [b"", b"\n \n"])
def test_json_lines_without_rows_are_refused(csv_file, data):
    with pytest.raises(TableError, match=r"t\.jsonl: the table is empty"):
        rows_of(csv_file(data, "t.jsonl"))


def test_what_is_no_number_becomes_null_in_json_lines(csv_file, tmp_path):
    source = csv_file(b'{"a": NaN, "b": [1.5, {"c": -Infinity}], "d": "NaN"}\n', "t.jsonl")
    _, rows = rows_of(source)
    written = write(tmp_path / "out.jsonl", source, [row.cells for row in rows]).read_text()
    assert written == '{"a": null, "b": [1.5, {"c": null}], "d": "NaN"}\n'


def test_tsv_has_tabs(csv_file):
    _, rows = rows_of(csv_file(b'id\ttext\n1\ta, b\n2\t"c\td"\n', "t.tsv"))
    assert [row.cells["text"] for row in rows] == ["a, b", "c\td"]


def test_json_lines_that_are_no_objects_keep_their_place_and_their_text(csv_file):
    lines = ['{"text": "a", "n": [1, 2.5, null]}', '{"text": "b', "[1]", "", "[" * 100_000, '{"m": true}']
    columns, rows = rows_of(csv_file("\n".join(lines).encode(), "t.jsonl"))
    assert columns == ("text", "n", "m")
    assert [row.cells for row in rows] == [{"text": "a", "n": [1, 2.5, None]}, {}, {}, {}, {"m": True}]
    assert rows[1].error.startswith("not JSON")
    assert rows[1].error.endswith('{"text": "b')
    assert rows[2].error == "not a JSON object: [1]"
    assert rows[3].error.startswith("not JSON")


def test_json_lines_round_trip_to_the_byte(csv_file, tmp_path):
    data = '{"b": 1, "a": "é🕊", "n": 12345678901234567890, "x": {"y": [0.1, null, false]}}\n{"a": "\\ud800"}\n'
    source = csv_file(data.encode(), "t.jsonl")
    _, rows = rows_of(source)
    assert write(tmp_path / "out.jsonl", source, [row.cells for row in rows]).read_text(encoding="utf-8") == data


def test_csv_round_trip_keeps_cells(csv_file, tmp_path):
    source = csv_file(HEAD + '1,"a ""b""\nc","é; 🕊"\n2,,0012\n'.encode())
    columns, rows = rows_of(source)
    out = write(tmp_path / "out.csv", source, [row.cells for row in rows])
    assert rows_of(out) == (columns, rows)


def test_added_columns_stand_behind_and_lists_become_one_cell(csv_file, tmp_path):
    source = csv_file(b'{"id": 7, "tags": ["x", "y"]}\n', "t.jsonl")
    added = {"names": "texts", "p": "number", "error": "text"}
    row = {"id": 7, "tags": ["x", "y"], "names": ["a", "b"], "p": 0.25, "error": None}
    out = write(tmp_path / "out.csv", source, [row], added)
    assert list(csv.reader(io.StringIO(out.read_text()))) == [
        ["id", "tags", "names", "p", "error"],
        ["7", '["x", "y"]', "a;b", "0.25", ""],
    ]


def test_late_columns_are_refused_where_the_header_is_written(csv_file, tmp_path):
    lines = [json.dumps({"text": "a"})] * SAMPLE + [json.dumps({"text": "b", "late": 1})]
    source = csv_file("\n".join(lines).encode(), "t.jsonl")
    _, rows = rows_of(source)
    for name in ("out.csv", "out.parquet"):
        with pytest.raises(TableError, match=r"'late'; write JSON Lines"):
            write(tmp_path / name, source, [row.cells for row in rows])
        assert not (tmp_path / name).exists()
    assert len(rows_of(write(tmp_path / "out.jsonl", source, [row.cells for row in rows]))[1]) == SAMPLE + 1


def test_parquet_keeps_its_types(tmp_path):
    import datetime as dt
    from decimal import Decimal

    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema(
        [
            ("text", pa.large_string()),
            ("day", pa.date32()),
            ("price", pa.decimal128(6, 2)),
            ("ids", pa.list_(pa.int8())),
        ]
    )
    row = {"text": "a", "day": dt.date(2022, 1, 9), "price": Decimal("12.50"), "ids": [1, 2]}
    empty = dict.fromkeys(row)
    source = tmp_path / "in.parquet"
    pq.write_table(pa.Table.from_pylist([row, empty], schema=schema), source)
    added = {"labels": "texts", "p": "number", "error": "text"}
    results = {"labels": ["x"], "p": 0.5, "error": None}
    out = write(tmp_path / "out.parquet", source, [row | results, empty | dict.fromkeys(results)], added)
    table = pq.read_table(out)
    assert table.schema.names == ["text", "day", "price", "ids", "labels", "p", "error"]
    assert [table.schema.field(name).type for name in schema.names] == schema.types
    assert table.to_pylist() == [row | results, empty | dict.fromkeys(results)]
    line = write(tmp_path / "out.jsonl", source, [row]).read_text()
    assert json.loads(line) == {"text": "a", "day": "2022-01-09", "price": "12.50", "ids": [1, 2]}


def test_parquet_from_csv_and_json(csv_file, tmp_path):
    source = csv_file(b'{"n": 1, "s": null}\n{"n": 2, "s": "\\ud800"}\n', "t.jsonl")
    out = write(tmp_path / "out.parquet", source, [{"n": 1, "s": None}, {"n": 2, "s": "\ud800"}])
    assert [row.cells for row in rows_of(out)[1]] == [{"n": 1, "s": None}, {"n": 2, "s": "\\ud800"}]
    with pytest.raises(TableError, match=r"column 'n' holds values of several types.*write JSON Lines"):
        write(tmp_path / "mixed.parquet", source, [{"n": 1}, {"n": "two"}])
    assert not (tmp_path / "mixed.parquet").exists()
    empty = write(tmp_path / "empty.parquet", source, [])
    assert rows_of(empty) == (("n", "s"), [])


def test_damaged_parquet_is_refused(csv_file):
    for data in (b"PAR1 but no more", b""):
        with pytest.raises(TableError, match="not a sound Parquet file"):
            rows_of(csv_file(data, "t.parquet"))


def test_output_appears_only_complete(tmp_path):
    path = tmp_path / "out.txt"
    path.write_text("old")
    path.chmod(0o640)

    def halfway():
        with complete(path) as stream:
            stream.write(b"new")
            raise ValueError("halfway")

    with pytest.raises(ValueError, match="halfway"):
        halfway()
    assert path.read_text() == "old"
    with complete(path) as stream:
        stream.write(b"new")
        stream.flush()
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert path.stat().st_mode & 0o777 == 0o640
    assert [entry.name for entry in tmp_path.iterdir()] == ["out.txt"]


def test_parquet_that_is_given_up_complains_about_nothing(csv_file, tmp_path):
    source, target = csv_file(b"n\n1\n"), tmp_path / "out.parquet"
    code = f"""
from stance.tables import read_table, write_table
with read_table({str(source)!r}, "csv") as table:
    try:
        with write_table({str(target)!r}, "parquet", table, {{}}) as out:
            for _ in range(5000):
                out.write({{"n": "1"}})
            raise ZeroDivisionError
    except ZeroDivisionError:
        pass
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert [path.name for path in tmp_path.iterdir()] == ["table.csv"]


def test_links_and_devices_stay_what_they_are(tmp_path):
    link, file = tmp_path / "link", tmp_path / "file"
    file.write_text("old")
    link.symlink_to(file)
    with complete(link) as stream:
        stream.write(b"new")
    assert link.is_symlink()
    assert file.read_text() == "new"
    with complete("/dev/null") as stream:
        stream.write(b"gone")
    assert Path("/dev/null").is_char_device()


def test_unwritable_output_is_refused(tmp_path):
    with pytest.raises(StanceError, match="cannot be written"), complete(tmp_path / "none" / "out.csv"):
        pass
    for folder in (tmp_path, f"{tmp_path}/new/"):
        with pytest.raises(StanceError, match="this is a folder"), complete(folder):
            pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_reads_what_it_wrote_from_standard_input(tmp_path, csv_file, monkeypatch, format):
    source = csv_file(b"id,text\n1,a\n2,b\n")
    out = write(tmp_path / f"out.{format}", source, [{"id": "1", "text": "a"}, {"id": "2", "text": "b"}])

    class Pipe(io.BytesIO):
        def seekable(self):
            return False

    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(Pipe(out.read_bytes())))
    columns, rows = rows_of("-", format)
    assert columns == ("id", "text")
    assert [row.cells["text"] for row in rows] == ["a", "b"]


def test_csv_is_read_as_a_stream(tmp_path):
    import tracemalloc

    path = tmp_path / "long.csv"
    with path.open("w") as file:
        file.write("id,text\n")
        file.writelines(f'{i},"{"word " * 100}"\n' for i in range(20_000))
    tracemalloc.start()
    with read_table(path, "csv") as table:
        assert sum(1 for _ in table) == 20_000
    assert tracemalloc.get_traced_memory()[1] < 1_000_000
    tracemalloc.stop()
