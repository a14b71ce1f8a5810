"""The page of ``stance serve`` in a real browser, where there is one; needs what ``test_report_browser.py`` needs."""

import json
from pathlib import Path

import pytest
from pages import parse
from serving import served
from test_report import HOSTILE
from test_report_browser import AXE, CHROMIUM, playwright

import stance

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on the path, and STANCE_CHROMIUM names none")

TEXT = """Norway condemned the raid on the port on Monday.

"We are worried about the famine in the valley," the Swedish foreign ministry said. It called for restraint.
"""


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    return tmp_path_factory.mktemp("kept") / "corrections.jsonl"


@pytest.fixture(scope="module")
def client(kept):
    with served("--corrections", kept, "--limit", 20_000) as started:
        yield started


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def page(browser, client, request):
    """The open page; what reaches the console fails the test, as does any request elsewhere, and any dialog."""
    context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}} | getattr(request, "param", {}))
    opened = context.new_page()
    opened.set_default_timeout(120_000)
    said, asked = [], []
    opened.on("console", lambda message: said.append(message.text))
    opened.on("pageerror", lambda error: said.append(str(error)))
    opened.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    opened.on("request", lambda one: asked.append(one.url))
    opened.goto(client.address)
    yield opened
    context.close()
    # What the server refuses, the browser reports; the tests of refusals look at the page itself.
    assert [one for one in said if "status of 4" not in one] == []
    assert not [url for url in asked if not url.startswith((client.address, "blob:"))]


def read(page, text=TEXT):
    page.fill("[name=pasted]", text)
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("#result .text")


def test_pasted_text_is_shown_as_in_a_report(page):
    read(page)
    found = stance.analyze(TEXT)
    assert page.locator("#result .text").evaluate("one => one.textContent") == TEXT
    assert page.locator("#progress").inner_text() == f"{len(found)} statements"
    assert page.locator(".s").evaluate_all("all => all.map((one) => one.textContent)") == [s.text for s in found]
    page.locator(".s", has_text="condemned").hover()
    assert page.locator("#card .who").inner_text() == "Norway"
    tinted = page.locator(".s", has_text="condemned").evaluate("one => getComputedStyle(one).backgroundImage")
    assert "gradient" in tinted
    page.check(".filters [value=l1]")
    assert "1 statement of" in page.locator(".status").inner_text()


def test_files_are_read_together_and_can_be_removed(page, tmp_path):
    (tmp_path / "one.txt").write_text(TEXT, "utf-8")
    (tmp_path / "two.txt").write_bytes(b"\xef\xbb\xbfSpain mourned the victims.\r\n")
    (tmp_path / "image.txt").write_bytes(b"\x89PNG\r\n\x1a\n\0\0")
    page.set_input_files("[name=files]", [tmp_path / name for name in ("one.txt", "two.txt", "image.txt")])
    page.wait_for_selector("#files li:nth-child(2)")
    assert page.locator("#problem").inner_text().startswith("image.txt: no text in UTF-8")
    page.click("text=Read >> nth=-1")
    page.wait_for_selector("#d1")
    assert page.locator("article h3").all_inner_texts() == ["one", "two"]
    page.locator("[aria-label='Remove one']").focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Remove two"
    drop = "(text) => { const data = new DataTransfer(); data.items.add(new File([text], 'three.txt')); "
    drop += "document.dispatchEvent(new DragEvent('drop', {dataTransfer: data, bubbles: true, cancelable: true})); }"
    page.evaluate(drop, TEXT)
    page.wait_for_selector("[aria-label='Remove three']")


def test_labels_of_ones_own(page):
    page.select_option("[name=model]", "")
    page.fill(
        "[name=labels]",
        "threat: The speaker threatens someone with retaliation.\nthreat: The speaker warns of consequences.\nthanks",
    )
    read(page, "Any ship that enters our waters will be sunk, the minister said.")
    assert page.locator(".s").get_attribute("data-l").startswith("threat")
    assert page.locator(".matrix thead th").all_inner_texts()[1:3] == ["threat", "thanks"]


def test_correction_by_keyboard_alone(page, kept):
    read(page)
    page.locator(".s", has_text="worried").focus()
    page.keyboard.press("Enter")
    assert page.locator("#editor blockquote").inner_text() == "We are worried about the famine in the valley"
    page.locator("[name=label][value=concern]").focus()
    page.keyboard.press("Space")
    page.locator("[name=label][value=condolence]").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("s")
    page.locator("[name=speaker]").fill("Norway")
    page.keyboard.press("Tab")
    assert page.locator("[name=actor]").input_value() == "Norway"
    page.keyboard.press("Enter")
    page.wait_for_selector(".s.corrected")
    assert not page.locator("#editor").is_visible()
    assert page.evaluate("document.activeElement.matches('.s.corrected')")
    assert page.locator(".corrected").get_attribute("data-l") == "corrected: Norway: condolence +"
    row = json.loads(kept.read_text("utf-8").splitlines()[-1])
    assert TEXT[row["start"] : row["end"]] == row["text"] == "We are worried about the famine in the valley"
    assert (row["speaker"], row["actor"], row["labels"]) == ("Norway", "Norway", ["condolence"])
    assert row["intensity"] == {"condolence": "strong"}
    # What was saved is what the next correction starts from.
    page.keyboard.press("Enter")
    assert page.locator("[name=label]:checked").evaluate_all("all => all.map((one) => one.value)") == ["condolence"]
    page.fill("[name=speaker]", "")
    page.fill("[name=actor]", "Norway")
    page.click("text=Save the correction")
    assert "no speaker" in page.locator("#editor .problem").inner_text()
    page.keyboard.press("Escape")
    assert not page.locator("#editor").is_visible()


def test_exports_are_files(page, tmp_path):
    read(page)
    found = {}
    for kind in ("JSON", "CSV", "HTML"):
        with page.expect_download() as started:
            page.click(f".exports >> text={kind}")
        path = tmp_path / started.value.suggested_filename
        started.value.save_as(path)
        found[path.name] = path.read_text("utf-8")
    statements = stance.analyze(TEXT).statements
    assert [one["text"] for one in json.loads(found["stance.json"])["documents"][0]["statements"]] == [
        one.text for one in statements
    ]
    assert len(found["stance.csv"].splitlines()) == len(statements) + 1
    assert parse(found["stance.html"]).all("div", "text")[0].text == TEXT


def test_what_is_wrong_is_said_on_the_page(page):
    page.click("button.main")
    assert page.locator("#problem").inner_text() == "There is no text yet: paste one, or choose a file."
    page.fill("[name=pasted]", "Die Regierung hat den Angriff auf den Hafen mit scharfen Worten verurteilt.")
    page.click("button.main")
    page.wait_for_selector("#problem:has-text('not English')")
    page.fill("[name=pasted]", "a" * 20_001)
    assert page.locator(".count.over").inner_text() == "20,001 of 20,000 characters"
    page.click("button.main")
    page.wait_for_selector("#problem:has-text('at most 20,000')")


def test_hostile_text_stays_text(page, tmp_path):
    text = f"{HOSTILE} Norway condemned {HOSTILE}. “{HOSTILE},” {HOSTILE} said."
    page.fill("[name=author]", HOSTILE)
    page.set_input_files("[name=files]", {"name": f"{HOSTILE}.txt", "mimeType": "text/plain", "buffer": text.encode()})
    page.wait_for_selector("#files li")
    page.click("button.main")
    page.wait_for_selector("#result .text")
    assert page.locator("#result .text").evaluate("one => one.textContent") == text
    assert page.locator("#result script, #result img").count() == 0
    page.locator(".s").first.click()
    page.wait_for_selector("#editor[open]")


@pytest.mark.parametrize("page", [{"color_scheme": "light"}, {"color_scheme": "dark"}], indirect=True)
def test_page_is_as_dark_as_the_reader_wants(page, request):
    wanted = request.node.callspec.params["page"]["color_scheme"]
    for query in ("body", "textarea", "#ask"):
        colour = page.evaluate(f"getComputedStyle(document.querySelector('{query}')).backgroundColor")
        parts = [int(part) for part in colour.removeprefix("rgb(").removesuffix(")").split(",")]
        assert (max(parts) < 64) is (wanted == "dark"), query


@pytest.mark.parametrize("page", [{"viewport": {"width": 390, "height": 800}}], indirect=True)
def test_narrow_page_does_not_scroll_sideways(page):
    page.select_option("[name=model]", "")
    page.fill("[name=labels]", "threat: The speaker threatens someone.")
    read(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator(".s").first.click()
    box = page.locator("#editor").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390


@pytest.mark.parametrize("page", [{"color_scheme": "light"}, {"color_scheme": "dark"}], indirect=True)
@pytest.mark.skipif(not AXE, reason="STANCE_AXE does not name an axe.min.js (npm pack axe-core)")
def test_axe_finds_no_violation(page):
    page.evaluate(Path(AXE).read_text(encoding="utf-8"))

    def violations():
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
        return [(one["id"], one["impact"], one["nodes"][0]["html"]) for one in found]

    assert violations() == []
    read(page)
    assert violations() == []
    page.locator(".s").first.click()
    page.wait_for_selector("#editor[open]")
    assert violations() == []
