"""``stance serve`` over HTTP: what it answers, whom, and what it keeps; see ``test_serve_browser.py``, too."""

import json
import signal
import socket
import subprocess
import sys
import threading
import time

import anyio
import jsonschema
import pytest
from conftest import ROOT
from load import load
from openapi_spec_validator import validate
from pages import NORWAY, SWEDEN, parse, statement
from serving import served
from test_report import HOSTILE

import stance
from stance.descriptions import describe
from stance.errors import StanceError
from stance.gold import read_gold
from stance.serve import corrections, desk, guard
from stance.serve.app import Server, run
from stance.serve.bodies import Correction, Question
from stance.serve.bodies import parse as parse_body
from stance.serve.openapi import document
from stance.serve.refusals import Refused
from stance.serve.settings import Settings

TEXT = 'Norway strongly condemned the raid on the port. "We are worried about the famine," Jens Doe said.'
LIMIT = 20_000
THREAT = ["The speaker threatens someone with retaliation.", "The speaker warns of consequences."]
OWN = [{"name": "threat", "descriptions": THREAT}, {"name": "thanks"}]
ROW = {"doc": "story", "start": 7, "end": 15, "text": "strongly", "speaker": "Norway", "aliases": ["Oslo"]}
ROW |= {
    "actor": "Norway",
    "source": None,
    "kind": "indirect",
    "labels": ["concern"],
    "intensity": {"concern": "strong"},
}


def asking(*texts, **more):
    return {"documents": [{"text": text} for text in texts], **more}


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    return tmp_path_factory.mktemp("kept") / "corrections.jsonl"


@pytest.fixture(scope="module")
def client(kept):
    with served("--corrections", kept, "--limit", LIMIT) as started:
        yield started


@pytest.fixture(scope="module")
def found():
    return stance.analyze(stance.Document("story", TEXT), date="2022-03-04")


def addresses():
    """Every address that the server knows, with a body where it takes one."""
    app = Server.__new__(Server)
    app._settings = Settings()
    for route in app.app("t")._app.routes:
        path = (
            route.path.removeprefix("/").format(name="serve.js", format="csv") if "{" in route.path else route.path[1:]
        )
        yield path, asking(TEXT) if "POST" in route.methods else None


def fits(value, name):
    """Whether a value is what the description says."""
    described = document()
    jsonschema.validate(value, {"$ref": f"#/components/schemas/{name}", "components": described["components"]})
    return True


# -- who is let in ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("path", "body"), list(addresses()))
def test_every_address_needs_the_token(client, path, body):
    token = client.root.strip("/")
    for root in ("/", "/wrong/", f"/{token[:-1]}/", f"/{token}x/", f"//{token}/", "/%C3%A9/", f"/x/{token}/"):
        refused = client.ask(path, body, root=root)
        assert refused.status == 403
        assert refused.json == {
            "error": "the address lacks the token; open the one that was printed when the server started"
        }
        assert token not in refused.text


def test_token_is_long_and_new_each_time(client):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        assert len(client.root.strip("/")) >= 32
    assert client.ask(root=client.root.rstrip("/")).status == 307


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "evil.example:80", "10.0.0.1", "", "[::2]"])
def test_other_names_are_refused(client, host):
    assert client.ask(Host=host).status == 421


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:1", "LOCALHOST.", "[::1]:9"])
def test_own_names_are_not(client, host):
    assert client.ask(Host=host).status == 200


def test_listening_elsewhere_lets_in_addresses_but_no_strange_names():
    door = guard.Guard(None, "t", "0.0.0.0")
    assert [door._known(name) for name in ("192.0.2.7:8765", "[2001:db8::1]", socket.gethostname())] == [True] * 3
    assert not door._known("evil.example")


def test_answers_forbid_what_a_page_does_not_need(client):
    for answer in (client.ask(), client.ask("api/analyze", b"{"), client.ask(root="/x/")):
        policy = dict(part.split(" ", 1) for part in answer.headers["content-security-policy"].split("; "))
        assert policy["default-src"] == "'none'"
        assert {policy[name] for name in ("script-src", "style-src", "connect-src")} == {"'self'"}
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"
        assert "server" not in answer.headers
        assert "access-control-allow-origin" not in answer.headers


def test_page_has_nothing_of_its_own_to_run(client):
    root = parse(client.ask().text)
    for one in root.all():
        assert not [name for name in one.attributes if name.startswith("on") or name == "style"], one
        for name in ("src", "href"):
            target = one.attributes.get(name, "static/")
            assert target.startswith(("static/", "#")), target
            if target.startswith("static/") and target != "static/":
                assert client.ask(target).status == 200
    assert {one.text for one in root.all("script")} == {""}
    assert root.all("style") == []
    for script in ("static/serve.js", "static/report.js"):
        assert "http" not in client.ask(script).text.replace("http-", "")


# -- what it finds ---------------------------------------------------------------------------------------------------


def test_answer_is_that_of_the_library(client, found):
    body = {"documents": [{"id": "story", "text": TEXT}], "date": "2022-03-04"}
    answer = client.ask("api/analyze", body)
    assert answer.status == 200
    assert fits(answer.json, "Result")
    assert answer.json["documents"] == [json.loads(json.dumps(found.to_dict()))]
    assert answer.json["refused"] == []
    assert found.statements


def test_labels_of_ones_own(client):
    answer = client.ask(
        "api/analyze", asking("Any ship that enters our waters will be sunk, Doe said.", labels=OWN)
    ).json
    assert answer["labels"] == ["threat", "thanks"]
    (one,) = answer["documents"][0]["statements"]
    own = stance.zero_shot({"threat": THREAT, "thanks": describe(["thanks"])["thanks"]})
    (taken,) = own.label([one["text"]])
    assert one["labels"] == [found.label for found in taken] == ["threat"]
    assert one["stances"][0]["probability"] == pytest.approx(taken[0].probability, abs=1e-5)


def test_models_are_those_offered_alone(client):
    offer = client.ask("api/models").json
    assert fits(offer, "Offer")
    assert offer == {"models": ["stance-en", "zero-shot"], "limit": LIMIT, "corrections": True}
    assert client.ask("api/analyze", asking(TEXT, model="zero-shot")).json["model"] == "stance-zeroshot-en"
    for name in ("models/stance-en", "hub:a/b", str(ROOT / "models" / "stance-en"), "stance-zeroshot-en"):
        refused = client.ask("api/analyze", asking(TEXT, model=name))
        assert (refused.status, refused.json["error"]) == (
            422,
            f"no model {name!r}; choose from stance-en, zero-shot",
        )


def test_a_text_that_cannot_be_read_costs_no_other(client):
    french = "Le ministre des affaires étrangères a condamné avec fermeté cette attaque contre le port de la ville."
    body = {"documents": [{"id": "a", "text": TEXT}, {"id": "b", "text": french}, {"id": "a", "text": TEXT}]}
    answer = client.ask("api/analyze", body)
    assert fits(answer.json, "Result")
    assert [one["id"] for one in answer.json["documents"]] == ["a", "a (2)"]
    (refused,) = answer.json["refused"]
    assert refused["id"] == "b"
    assert "not English" in refused["error"]
    assert client.ask("api/analyze", asking(french)).status == 422
    assert client.ask("api/analyze", asking(french, force=True)).status == 200


def test_view_escapes_all_text(client):
    body = {"documents": [{"id": HOSTILE, "text": f"{TEXT} {HOSTILE}. {HOSTILE}: we condemn {HOSTILE}, Norway said."}]}
    answer = client.ask("api/view", body | {"author": HOSTILE})
    assert fits(answer.json, "View")
    root = parse(answer.json["markup"])
    assert not [one for one in root.all() if one.tag in ("script", "img", "style", "iframe")]
    assert not [one for one in root.all() if any(name.startswith("on") for name in one.attributes)]
    assert root.all("div", "text")[0].text == body["documents"][0]["text"]
    assert HOSTILE in [one.text for one in root.all("bdi")]


def test_exports(client, found):
    body = {"documents": [{"id": "story", "text": TEXT}], "date": "2022-03-04"}
    files = {kind: client.ask(f"api/export/{kind}", body) for kind in ("json", "csv", "html")}
    for kind, answer in files.items():
        assert answer.status == 200
        assert answer.headers["content-disposition"] == f'attachment; filename="stance.{kind}"'
    assert files["json"].json == client.ask("api/analyze", body).json
    head, *rows = files["csv"].text.splitlines()
    assert head.startswith("document,statement,start,end,speakers,actors,source,kind,date,confidence,labels,intensity")
    assert len(rows) == len(found)
    assert rows[0].startswith(f"story,{found.statements[0].text},")
    page = parse(files["html"].text)
    assert page.all("div", "text")[0].text == TEXT
    assert client.ask("api/export/exe", body).status == 404


def test_measured_figures_are_not_shown_for_other_labels(client):
    markup = client.ask("api/view", asking(TEXT, labels=OWN)).json["markup"]
    assert "how often it is right is not known" in parse(markup).by_id("model").text
    assert "known" not in parse(client.ask("api/view", asking(TEXT)).json["markup"]).by_id("model").text


# -- what it refuses -------------------------------------------------------------------------------------------------

LINE = b'{"documents": [{"text": "%s"}]}' % (b"The EU said. " * 80_000)
BAD = {
    "no JSON": (b"{", 400, "not sound JSON"),
    "nothing": (b"", 400, "not sound JSON"),
    "binary": (bytes(range(256)) * 40, 400, "not sound JSON"),
    "half a character": (b'{"documents": [{"text": "\\ud800 said"}]}', 400, "not sound JSON"),
    "deep": (b"[" * 100_000, 400, "not sound JSON"),
    "no number": (b'{"documents": NaN}', 422, "documents: input should be a valid array"),
    "a list": (b"[]", 422, "object"),
    "no texts": ({"documents": []}, 422, "documents: "),
    "too many": (asking(*["a"] * 51), 422, "documents: "),
    "empty": (asking(" \n"), 422, "documents[0].text: it is empty"),
    "nothing to read": (asking("… !"), 422, "empty"),
    "a number": (asking(7), 422, "documents[0].text: input should be a valid string"),
    "binary text": (asking("\x89PNG\0\0said"), 422, "documents[0].text: this is a binary file"),
    "PDF": (asking("%PDF-1.7 the EU said"), 422, "binary"),
    "unknown field": (asking(TEXT, path="/etc/passwd"), 422, "path: "),
    "a name of two lines": ({"documents": [{"id": "a\nb", "text": TEXT}]}, 422, "documents[0].id: it has line ends"),
    "no day": (asking(TEXT, date="2022-02-30"), 422, "date: "),
    "both": (asking(TEXT, model="stance-en", labels=OWN), 422, "not both"),
    "labels twice": (asking(TEXT, labels=[*OWN, *OWN]), 422, "labels that occur twice: threat, thanks"),
    "no labels": (asking(TEXT, labels=[]), 422, "labels: "),
    "a long description": (asking(TEXT, labels=[{"name": "x", "descriptions": ["said " * 201]}]), 422, "at most 1000"),
    "many words": (asking(TEXT, labels=[{"name": "x", "descriptions": ["a, " * 300]}]), 422, "description"),
    "long": (asking("a" * (LIMIT + 1)), 413, "20,001 characters; at most 20,000"),
    "long together": (asking("a" * LIMIT, "b"), 413, "20,001 characters"),
    "a line of a megabyte": (LINE, 413, "bytes"),
    "not English": (
        asking("Die Regierung hat den Angriff auf den Hafen mit scharfen Worten verurteilt."),
        422,
        "English",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_one_sentence(client, case):
    body, status, words = BAD[case]
    refused = client.ask("api/view", body)
    assert refused.status == status, refused.text
    assert fits(refused.json, "Refusal")
    assert words in refused.json["error"]
    assert len(refused.data) < 1000
    assert "\n" not in refused.json["error"]


def test_wrong_type_path_and_method(client):
    assert client.ask("api/analyze", b"a=b", kind="application/x-www-form-urlencoded").status == 415
    assert client.ask("api/analyze").status == 405
    assert client.ask("", b"{}").status == 405
    assert client.ask("api/nothing").json == {"error": "Not Found"}
    for name in ("none.js", "../app.py", "..%2Fapp.py", "page.html.j2"):
        assert client.ask(f"static/{name}").status == 404


def test_hostile_words_in_refusals_are_no_markup(client):
    refused = client.ask("api/analyze", asking(TEXT, model=HOSTILE))
    assert refused.status == 422
    assert refused.headers["content-type"] == "application/json"


# -- corrections -----------------------------------------------------------------------------------------------------


def test_correction_becomes_a_line_of_gold(client, kept):
    answer = client.ask("api/view", {"documents": [{"id": "story", "text": TEXT}]}).json
    draft = answer["statements"][0]
    assert fits(draft, "Correction")
    assert TEXT[draft["start"] : draft["end"]] == draft["text"]
    fixed = draft | {"speaker": "Jens Doe", "labels": ["concern"], "intensity": {"concern": "strongest"}}
    saved = client.ask("api/corrections", fixed)
    assert (saved.status, saved.json) == (201, {"saved": True})
    assert json.loads(kept.read_text("utf-8").splitlines()[-1]) == fixed
    gold = read_gold(kept)[-1]
    assert (gold.text, gold.labels, gold.intensity) == (draft["text"], ("concern",), {"concern": "strongest"})
    assert (gold.speaker, gold.document, gold.start) == ("Jens Doe", "story", draft["start"])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"end": 16}, "do not fit"),
        ({"start": -1}, "start: "),
        ({"labels": ["concern"] * 2}, "twice"),
        ({"labels": []}, "exactly the labels"),
        ({"intensity": {"concern": "mild"}}, "intensity.concern: "),
        ({"speaker": None}, "no speaker"),
        ({"kind": "shout"}, "kind: "),
        ({"doc": "a\n{}"}, "doc: "),
        ({"extra": 1}, "extra: "),
    ],
)
def test_bad_correction_is_refused_and_leaves_the_file(client, kept, change, words):
    before = kept.read_bytes() if kept.exists() else b""
    refused = client.ask("api/corrections", ROW | change)
    assert refused.status == 422
    assert words in refused.json["error"]
    assert kept.read_bytes() == before


def test_draft_of_any_statement_can_be_saved():
    said = "We mourn"
    joint = statement(said, said, "condolence", speakers=(NORWAY, SWEDEN), source="Norway\nand Sweden")
    nobody = statement(said, said, speakers=())
    for one in (joint, nobody):
        row = corrections.draft("d", one)
        assert parse_body(Correction, row.model_dump_json().encode()) == row
    assert corrections.draft("d", joint).aliases == ["Norway and Sweden", "Sweden"]


def test_lines_are_whole_or_not_there(tmp_path, monkeypatch):
    path = tmp_path / "c.jsonl"
    path.write_text(json.dumps(ROW))  # Without a line end.
    file, row = corrections.CorrectionFile(path), Correction(**ROW)
    threads = [threading.Thread(target=lambda: [file.add(row) for _ in range(20)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [json.loads(line) for line in path.read_text("utf-8").splitlines()] == [ROW] * 161
    before = path.read_bytes()
    whole = corrections.os.write
    monkeypatch.setattr(corrections.os, "write", lambda file, data: whole(file, data[:10]))
    with pytest.raises(StanceError, match="cannot be written"):
        file.add(row)
    assert path.read_bytes() == before


def test_without_a_file_corrections_are_refused():
    app = Server(Settings())
    app._corrections = None
    answer = anyio.run(asked, app.app("t"), "/t/api/corrections", json.dumps(ROW).encode())
    assert answer == (409, {"error": "corrections are not kept; start the server with --corrections FILE"})


async def asked(app, path, body):
    """What an application answers to a POST, without a server."""
    sent = []
    scope = {"type": "http", "method": "POST", "path": path, "query_string": b"", "http_version": "1.1"}
    scope["headers"] = [(b"host", b"localhost"), (b"content-type", b"application/json")]

    async def receive():
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message):
        sent.append(message)

    await app(scope, receive, send)
    return sent[0]["status"], json.loads(b"".join(one.get("body", b"") for one in sent))


# -- many at a time --------------------------------------------------------------------------------------------------


def test_server_answers_while_it_reads(client):
    done = []
    body = asking(*[f"{number}. {TEXT}" * 20 for number in range(9)])
    reading = threading.Thread(target=lambda: done.append(client.ask("api/analyze", body).status))
    reading.start()
    during = 0
    while not done:
        start = time.perf_counter()
        assert client.ask("api/models").status == 200
        assert time.perf_counter() - start < 5
        during += not done
    reading.join()
    assert done == [200]
    assert during >= 2


def test_few_are_read_at_a_time_and_too_many_are_sent_away(monkeypatch):
    monkeypatch.setattr(desk, "WAITING", 3)
    place, question = desk.Desk(Settings(jobs=2)), Question(documents=[{"text": TEXT}])
    running, most, statuses, lock = [0], [0], [], threading.Lock()

    def slow(_):
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        time.sleep(0.2)
        with lock:
            running[0] -= 1

    async def one():
        try:
            await place.work(slow, question)
            statuses.append(200)
        except Refused as error:
            statuses.append(error.status)

    async def many():
        async with anyio.create_task_group() as group:
            for _ in range(9):
                group.start_soon(one)

    anyio.run(many)
    assert most == [2]
    assert sorted(statuses) == [200] * 5 + [503] * 4


def test_results_are_kept_but_not_for_ever(monkeypatch):
    place = desk.Desk(Settings())
    first = Question(documents=[{"text": TEXT}])
    found = place.analyse(first)
    assert place.analyse(Question(documents=[{"text": TEXT}])) is found
    monkeypatch.setattr(place, "_read", lambda question: object())
    for number in range(desk.KEPT):
        place.analyse(Question(documents=[{"text": f"{number} {TEXT}"}]))
    assert place.analyse(first) is not found


def test_a_short_load_goes_without_an_error(client):
    found = load(client, 60)
    assert found.errors == []
    assert found.requests == 60


# -- the description, the command ------------------------------------------------------------------------------------


def test_description_is_sound_and_complete(client):
    described = client.ask("openapi.json").json
    validate(described)
    known = {f"/{path}" for path, _ in addresses() if path.startswith("api/")}
    assert {path.replace("{format}", "csv") for path in described["paths"]} == known


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"corrections": ROOT / "README.md"}, "README.md, line 1: not JSON"),
        ({"corrections": ROOT / "seeds"}, "seeds: this is no file; name a JSON Lines file"),
        ({"corrections": ROOT / "no" / "such.jsonl"}, "such.jsonl: cannot be written"),
        ({"host": "203.0.113.7"}, "203.0.113.7:0: cannot listen there"),
        ({"model": "no-such-model"}, "no such model"),
    ],
)
def test_what_cannot_be_served_is_said_at_the_start(given, words):
    opened = []
    with pytest.raises(StanceError, match=words):
        run(Settings(**{"port": 0} | given), opened.append)
    assert opened == []


def test_port_in_use(run_stance):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = run_stance("serve", "--port", taken.getsockname()[1])
    assert done.returncode == 1
    assert "cannot listen there (Address already in use); give another --port" in done.stderr


def test_missing_extra_names_the_command_that_installs_it():
    code = "import sys; sys.modules['uvicorn'] = None; from stance.cli import app; app(['serve'])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 1
    assert done.stderr == (
        "stance: this needs the library uvicorn, which is not installed; pip install 'diplomatic-stance[serve]'\n"
    )


def test_interrupt_ends_it():
    with served() as client:
        client.process.send_signal(signal.SIGINT)
        assert client.process.wait(timeout=60) == 130
