"""The command line as a process: what it prints, where, and how it ends."""

import contextlib
import csv
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time

import pytest
from conftest import ROOT
from tiny_model import LABELS

import stance

STORY = """EU condemns the raid on the border post

BRUSSELS, March 3. The European Union condemns the raid on the border post, it said in a statement on Thursday.

"We are worried about the famine in the valley," Josep Borrell said.
"""
# For processes that run elsewhere than in the checkout.
HERE = os.environ | {"PYTHONPATH": str(ROOT)}
COMMANDS = (
    "analyze",
    "report",
    "serve",
    "label",
    "evaluate",
    "verify",
    "speakers",
    "speakers find",
    "speakers explain",
    "labels",
)


@pytest.fixture
def story(tmp_path):
    path = tmp_path / "story.txt"
    path.write_text(STORY, encoding="utf-8")
    return path


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("id,text\n1,We condemn the bombing of the harbour at dawn.\n2,\n3,Rice exports rose in spring.\n")
    return path


def refused(done, status, *words):
    """One sentence on standard error, no traceback, and the status."""
    assert done.returncode == status, done.stderr
    assert re.fullmatch(r"stance: [^\n]+\n", done.stderr), done.stderr
    for word in words:
        assert word in done.stderr
    return True


def test_version_and_help(run_stance):
    assert run_stance("--version").stdout == f"stance {stance.__version__}\n"
    bare = run_stance()
    assert (bare.returncode, bare.stderr) == (2, "")
    assert bare.stdout == run_stance("--help").stdout
    for command in ("analyze", "report", "serve", "label", "evaluate", "speakers", "labels"):
        assert f"  {command} " in bare.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_each_command_ends_its_text_with_examples(run_stance, command):
    done = run_stance(*command.split(), "-h")
    assert done.returncode == 0
    examples = re.search(r"Examples:\n((?:    .+\n)+)", done.stdout)[1].splitlines()
    assert 2 <= len(examples) <= 3
    assert all("stance " in line for line in examples)


def test_analyze_shows_statements_under_their_actor(run_stance, story, model_folder):
    done = run_stance("analyze", story, "--model", model_folder, "--date", "2022-03-03")
    assert (done.returncode, done.stderr) == (0, "")
    head, _, titles, _, *rows = done.stdout.splitlines()
    assert re.fullmatch(r"story, 2022-03-03: \d statements", head)
    assert titles.split() == ["actor", "speaker", "stances", "statement"]
    assert sum(line.startswith(" EU ") for line in rows) == 1
    assert "Josep Borrell" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 100
    assert "\x1b" not in done.stdout


def test_analyze_json_is_the_analysis(run_stance, story, model_folder, tmp_path):
    arguments = ("analyze", story, "-", "--json", "--model", model_folder)
    done = run_stance(*arguments, stdin=STORY)
    assert (done.returncode, done.stderr) == (0, "")
    first, second = map(json.loads, done.stdout.splitlines())
    expected = stance.analyze(stance.Document("story", STORY), model=model_folder).to_dict()
    assert first == json.loads(json.dumps(expected))
    assert first["statements"]
    assert second == first | {"id": "stdin"}
    written = run_stance(*arguments, "-o", tmp_path / "out.jsonl", stdin=STORY)
    assert (written.returncode, written.stdout) == (0, "")
    assert (tmp_path / "out.jsonl").read_text(encoding="utf-8") == done.stdout


def test_analyze_reads_folders_and_passes_over_what_it_cannot_read(run_stance, story, model_folder, tmp_path):
    (tmp_path / "a.txt").write_bytes(b"\0")
    (tmp_path / "z.txt").write_bytes(b"")
    done = run_stance("analyze", tmp_path, tmp_path / "none.txt", "--json", "-m", model_folder)
    assert done.returncode == 1
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == ["story"]
    errors = done.stderr.splitlines()
    assert [re.search(r"(\w+)\.txt: ", line)[1] for line in errors] == ["a", "z", "none"]


def test_analyze_takes_own_speakers_and_the_author(run_stance, model_folder, tmp_path):
    own = tmp_path / "mine.toml"
    own.write_text('[[actor]]\nid = "Atlantis"\nname = "Republic of Atlantis"\naliases = ["Atlantis"]\n')
    text = "Atlantis condemns the raid on the border post, the Republic of Atlantis said on Monday."
    arguments = ("analyze", "-", "--json", "-m", model_folder)
    done = run_stance(*arguments, "--speakers", own, stdin=text)
    assert "Atlantis" in {row["actor"] for row in json.loads(done.stdout)["statements"]}
    declared = run_stance(*arguments, "--author", "European Union", stdin="We condemn the raid on the border post.")
    assert {row["actor"] for row in json.loads(declared.stdout)["statements"]} == {"EU"}


def test_other_languages_are_refused_unless_forced(run_stance, model_folder):
    text = "Die Europäische Union verurteilt den Angriff auf den Hafen und ruft alle Seiten zur Zurückhaltung auf. " * 3
    arguments = ("analyze", "-", "--json", "-m", model_folder)
    assert refused(run_stance(*arguments, stdin=text), 1, "not English", "--force")
    assert run_stance(*arguments, "--force", stdin=text).returncode == 0


def test_errors_name_documents_by_their_path(run_stance, model_folder, tmp_path):
    (tmp_path / "dots.txt").write_text("...")
    (tmp_path / "other.txt").write_text("Die Union verurteilt den Angriff auf den Hafen.")
    done = run_stance("analyze", tmp_path, "-", "-m", model_folder, stdin="...")
    assert done.returncode == 1
    where = [line.removeprefix("stance: ").rpartition(": ")[0] for line in done.stderr.splitlines()]
    assert where == [str(tmp_path / "dots.txt"), str(tmp_path / "other.txt"), "standard input"]


def test_analyze_does_not_write_a_file_for_a_folder(run_stance, story, model_folder, tmp_path):
    done = run_stance("analyze", story, "-m", model_folder, "-o", f"{tmp_path}/out/")
    assert refused(done, 1, "this is a folder")
    assert list(tmp_path.iterdir()) == [story]


def test_control_characters_of_a_document_do_not_reach_the_terminal(run_stance, model_folder):
    done = run_stance("analyze", "-", "-m", model_folder, stdin='"We condemn \x1b[2J[red]the raid[/red]," the EU said.')
    assert "\x1b" not in done.stdout
    assert "[red]the" in done.stdout


def test_report_is_one_page_of_all_that_can_be_read(run_stance, story, model_folder, tmp_path):
    (tmp_path / "z.txt").write_bytes(b"")
    out = tmp_path / "out.html"
    done = run_stance("report", tmp_path, "-m", model_folder, "--date", "2022-03-05", "-o", out)
    assert (done.returncode, done.stdout) == (1, "")
    error, written = done.stderr.splitlines()
    assert "z.txt: " in error
    assert re.fullmatch(rf"written: {out} \(1 document, \d statements\)", written)
    page = out.read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert "Josep Borrell" in page
    assert "5 March 2022" in page
    streamed = run_stance("report", story, "-m", model_folder, "--date", "2022-03-05", "-o", "-")
    assert (streamed.returncode, streamed.stderr) == (0, "")
    assert streamed.stdout == page
    alone = run_stance("report", tmp_path / "z.txt", "-m", model_folder, "-o", tmp_path / "none.html")
    assert refused(alone, 1, "z.txt: the document is empty")
    assert not (tmp_path / "none.html").exists()


def test_label_writes_the_table_and_counts(run_stance, table, model_folder, tmp_path):
    out = tmp_path / "out.csv"
    done = run_stance("label", table, "-o", out, "--model", model_folder)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("3 rows, 1 with errors, 1 without a stance; condemnation 1, concern 0")
    with out.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["labels"] for row in rows] == ["condemnation", "", ""]
    assert [row["error"] for row in rows] == ["", "blank text", ""]
    assert list(rows[0]) == ["id", "text", "labels", "intensity", "unsure", *(f"p_{x}" for x in LABELS), "error"]


def test_label_counts_a_single_row(run_stance, model_folder):
    done = run_stance("label", "-", "--format", "csv", "-m", model_folder, stdin="text\nRice exports rose.\n")
    assert done.stderr.startswith("1 row, 0 with errors")


def test_label_streams_between_standard_input_and_output(run_stance, table, model_folder, tmp_path):
    piped = run_stance("label", "-", "--format", "csv", "-m", model_folder, stdin=table.read_bytes())
    run_stance("label", table, "-o", tmp_path / "out.csv", "-m", model_folder)
    assert piped.stdout.encode() == (tmp_path / "out.csv").read_bytes()
    lines = run_stance("label", table, "-o", tmp_path / "out.jsonl", "--json", "-m", model_folder)
    assert json.loads(lines.stdout)["labels"] == {label: int(label == "condemnation") for label in LABELS}
    assert lines.stderr == ""


def test_label_refuses_what_it_cannot_do(run_stance, table, model_folder, tmp_path):
    model = ("-m", model_folder)
    assert refused(run_stance("label", tmp_path / "none.csv", *model), 1, "none.csv: no such file; check the path")
    assert refused(run_stance("label", table, "--column", "body", *model), 1, "'body'", "'id', 'text'")
    assert refused(run_stance("label", "-", *model, stdin="text\na\n"), 2, "standard input", "name it with --format")
    assert refused(run_stance("label", table, "--format", "xls", *model), 2, "'xls'", "stance label --help")
    for name in ("empty.csv", "empty.jsonl"):
        (tmp_path / name).touch()
        assert refused(run_stance("label", tmp_path / name, *model), 1, f"{name}: the table is empty")
    assert refused(run_stance("label", table, "--json", *model), 2, "--json", "-o")
    out = tmp_path / "no" / "out.csv"
    assert refused(run_stance("label", table, "-o", out, *model), 1, "out.csv", "cannot be written")


def test_evaluate_measures_and_writes_reports(run_stance, model_folder, tmp_path):
    from tiny_bert import ROWS, write_rows

    gold = write_rows(tmp_path / "gold.jsonl", ROWS)
    arguments = ("evaluate", gold, "--model", model_folder, "--no-baselines")
    done = run_stance(*arguments, "--json", "-o", tmp_path / "reports")
    assert done.returncode == 0
    report = json.loads(done.stdout)
    assert report["systems"][0]["rows"] == len(ROWS)
    assert report["systems"][0]["exact"]["value"] > 0.8
    assert {path.suffix for path in (tmp_path / "reports").iterdir()} == {".json", ".md"}
    assert "reports" in done.stderr
    into_file = run_stance(*arguments, "-o", gold)
    assert into_file.stdout == ""
    assert refused(into_file, 1, "gold.jsonl: this is not a folder")
    shown = run_stance(*arguments)
    assert "condolence" in shown.stdout
    assert refused(run_stance("evaluate", tmp_path / "none.jsonl", "-m", model_folder), 1, "no such gold file")


def test_speakers_are_listed_searched_and_explained(run_stance, story):
    everything = run_stance("speakers", "--json").stdout.splitlines()
    assert len(everything) > 40
    (borrell,) = map(json.loads, run_stance("speakers", "josep borrell", "--json").stdout.splitlines())
    assert (borrell["id"], borrell["actor"], borrell["parent"]) == ("josep-borrell", "EU", "EEAS")
    assert run_stance("speakers", "find", "Borrell").stdout == run_stance("speakers", "Borrell").stdout
    assert "josep-borrell" in run_stance("speakers", "Borrell").stdout
    assert refused(run_stance("speakers", "no such name"), 1, "'no such name'")
    explained = run_stance("speakers", "explain", story, "--json")
    (found,) = map(json.loads, explained.stdout.splitlines())
    last = found["statements"][-1]
    assert (last["source"], last["speaker"], last["stances"]) == ("Josep Borrell", "Josep Borrell", None)
    assert "“Josep Borrell”" in run_stance("speakers", "explain", "-", stdin=STORY).stdout


def test_labels_are_those_of_the_codebook_or_of_a_model(run_stance, model_folder):
    from stance import codebook

    book = codebook.load()
    shown = json.loads(run_stance("labels", "--json").stdout)
    assert shown == json.loads(json.dumps(book.to_dict())) | {"fingerprint": book.fingerprint}
    assert json.loads(run_stance("labels", "--json", "-m", model_folder).stdout) == shown
    assert all(label in run_stance("labels").stdout for label in book.ids)


def test_bad_usage_has_status_two(run_stance, story):
    assert refused(run_stance("nosuch"), 2, "'nosuch'", "stance --help")
    assert refused(run_stance("analyze"), 2, "FILES", "stance analyze --help")
    assert refused(run_stance("analyze", story, "--colour"), 2, "--colour")
    assert refused(run_stance("analyze", story, "--date", "last week"), 2, "last week", "%Y-%m-%d")


def test_bad_models_and_registries_are_refused(run_stance, story, model_folder, tmp_path):
    assert refused(run_stance("analyze", story, "-m", "no-such-model"), 1, "no-such-model")
    broken = shutil.copytree(model_folder, tmp_path / "broken")
    (broken / "tokenizer.json").unlink()
    assert refused(run_stance("analyze", story, "-m", broken), 1, "tokenizer.json is missing")
    altered = shutil.copytree(model_folder, tmp_path / "altered")
    with (altered / "config.json").open("a") as file:
        file.write("\n")
    assert refused(run_stance("label", story, "--format", "csv", "-m", altered), 1, "config.json was altered")
    assert refused(run_stance("speakers", "--speakers", story), 1, "story.txt")
    assert refused(
        run_stance("speakers", "--speakers", tmp_path / "no.toml"), 1, "no.toml: no such file; check the path"
    )


def test_reader_that_leaves_early_is_no_error():
    pipe = subprocess.Popen(
        [sys.executable, "-m", "stance", "speakers"], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    pipe.stdout.close()
    _, errors = pipe.communicate()
    assert (pipe.returncode, errors) == (141, b"")


@pytest.mark.parametrize(
    ("arguments", "status", "shown"),
    [
        ("label table.csv -o o.csv", 1, b"3 rows"),
        ("analyze story.txt -o o", 0, b"1/1"),
        ("report story.txt -o o", 0, b"1/1"),
    ],
)
def test_progress_is_shown_on_a_terminal(arguments, status, shown, table, story, model_folder, tmp_path):
    import pty

    terminal, side = pty.openpty()
    command = [sys.executable, "-m", "stance", *arguments.split(), "-m", model_folder]
    process = subprocess.Popen(command, cwd=tmp_path, env=HERE | {"TERM": "xterm"}, stdout=subprocess.PIPE, stderr=side)
    os.close(side)
    seen = b""
    # Read while it runs: a terminal holds few bytes, and a slow machine shows much progress.
    # The other side of a terminal that nobody holds any more cannot be read.
    with contextlib.suppress(OSError):
        while True:
            seen += os.read(terminal, 4096)
    os.close(terminal)
    assert (process.communicate()[0], process.returncode) == (b"", status)
    assert b"\x1b[" in seen
    assert shown in seen


def test_interrupted_labelling_leaves_nothing_behind(model_folder, tmp_path):
    out = tmp_path / "out.csv"
    command = [sys.executable, "-m", "stance", "label", "-", "--format", "csv", "-o", out, "-m", model_folder]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdin.write(b"text\nWe condemn the raid.\n")
    process.stdin.flush()
    for _ in range(200):
        if list(tmp_path.iterdir()):
            break
        time.sleep(0.1)
    assert [path.name for path in tmp_path.iterdir()] == [".out.csv.stance-parts"]
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate()
    assert process.returncode == 130
    assert b"Traceback" not in errors
    assert list(tmp_path.iterdir()) == []


def test_label_makes_rows_of_statements_of_documents(run_stance, model_folder, tmp_path):
    table, out = tmp_path / "stories.jsonl", tmp_path / "out.jsonl"
    rows = [{"id": 1, "text": STORY, "day": "2022-03-03"}, {"id": 2, "text": "", "day": None}]
    table.write_text("".join(json.dumps(row) + "\n" for row in rows))
    arguments = ("label", table, "-o", out, "--documents", "--date-column", "day", "-m", model_folder)
    done = run_stance(*arguments)
    assert done.returncode == 1
    found = [json.loads(line) for line in out.read_text().splitlines()]
    assert {(row["id"], row["date"]) for row in found} == {(1, "2022-03-03"), (2, None)}
    assert {"EU"} < {actor for row in found for actor in row["actors"] or [""]}
    head, _, titles, *_ = done.stderr.splitlines()
    assert re.fullmatch(r"2 documents, 1 with errors; \d statements, \d without a stance", head)
    assert titles.split() == ["actor", "statements", *LABELS]
    assert re.search(r"^ EU +\d", done.stderr, re.MULTILINE)
    counts = json.loads(run_stance(*arguments, "--json").stdout)
    assert counts["statements"] == len(found) - 1
    assert counts["actors"]["EU"]["statements"] >= 1


def test_label_goes_on_after_a_kill(model_folder, tmp_path):
    from tiny_bert import ROWS

    table, out, expected = (tmp_path / name for name in ("in.jsonl", "out.csv", "expected.csv"))
    table.write_text("".join(json.dumps(ROWS[i % len(ROWS)] | {"labels": i}) + "\n" for i in range(6000)))
    command = [sys.executable, "-m", "stance", "label", table, "--prefix", "s_", "-m", model_folder]
    subprocess.run([*command, "-o", expected], cwd=ROOT, check=True, capture_output=True)
    out.write_text("old")
    process = subprocess.Popen([*command, "-o", out], cwd=ROOT, stderr=subprocess.DEVNULL)
    finished = tmp_path / ".out.csv.stance-parts" / "finished"
    end = time.monotonic() + 120
    while not (finished.exists() and finished.stat().st_size) and time.monotonic() < end:
        time.sleep(0.01)
    process.kill()
    process.wait()
    assert out.read_text() == "old"
    again = subprocess.run([*command, "-o", out], cwd=ROOT, check=False, capture_output=True, text=True)
    assert refused(again, 1, "out.csv", "not finished", "--resume")
    subprocess.run([*command, "-o", out, "--resume", "--workers", "2"], cwd=ROOT, check=True, capture_output=True)
    assert out.read_bytes() == expected.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["expected.csv", "in.jsonl", "out.csv"]


def test_label_refuses_options_that_mean_nothing(run_stance, table, model_folder):
    model = ("-m", model_folder)
    assert refused(run_stance("label", table, "--resume", *model), 2, "--resume", "-o")
    assert refused(run_stance("label", table, "-o", "x", "--workers", "0", *model), 2, "--workers")
    assert refused(
        run_stance("label", table, "-o", "x", "--date-column", "d", *model), 2, "--date-column", "--documents"
    )
    assert refused(run_stance("label", table, "-o", "x", "--force", "--author", "EU", *model), 2, "--author, --force")


def test_full_disk_is_one_sentence(run_stance, table, model_folder):
    done = run_stance("label", table, "-o", "/dev/full", "--format", "csv", "-m", model_folder)
    assert refused(done, 1, "/dev/full: cannot be written (No space left on device)")
