"""The report in a real browser, where there is one: Chromium by playwright (``pip install -e ".[browser]"``).

``STANCE_CHROMIUM`` names the browser if it is not on the path, ``STANCE_AXE`` a file ``axe.min.js`` of axe-core. What
is not found is said where a test is left out.
"""

import os
import shutil
from pathlib import Path

import pytest
from conftest import ROOT

import stance
from stance.reading import find_documents, read_document
from stance.report.html import render

NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = os.environ.get("STANCE_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
AXE = os.environ.get("STANCE_AXE")

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on the path, and STANCE_CHROMIUM names none")


@pytest.fixture(scope="module")
def seeds(tmp_path_factory):
    model = stance.load()
    texts = map(read_document, find_documents([ROOT / "seeds"]))
    analyses = list(stance.analyze_all(texts, model=model, date="2022-01-10"))
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(render(analyses, labels=model.labels, model=model.name, card=model.card), "utf-8", newline="")
    return path, analyses


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def page(browser, seeds, request):
    """The open report; whatever reaches the console fails the test, as does any request but for the file itself."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, **getattr(request, "param", {}))
    opened = context.new_page()
    said, asked = [], []
    opened.on("console", lambda message: said.append(message.text))
    opened.on("pageerror", lambda error: said.append(str(error)))
    opened.on("request", lambda one: asked.append(one.url))
    opened.goto(seeds[0].as_uri())
    yield opened
    context.close()
    assert said == []
    assert set(asked) == {seeds[0].as_uri()}


def kept(page):
    return page.evaluate("document.querySelectorAll('.s:not(.off)').length")


def status(page):
    return page.locator(".status").inner_text()


def card(page):
    return page.locator("#card").inner_text() if page.locator("#card").is_visible() else None


def test_all_statements_are_shown_first(page, seeds):
    count = sum(map(len, seeds[1]))
    assert (kept(page), status(page)) == (count, f"{count} statements")
    assert page.locator("article.gone").count() == 0


def test_filters_keep_what_they_say(page, seeds):
    said = [(number, s) for number, analysis in enumerate(seeds[1]) for s in analysis]
    of_union = [(n, s) for n, s in said if "EU" in {one.actor for one in s.speakers}]
    page.select_option("[name=voice]", label=f"EU ({len(of_union)})")
    assert kept(page) == len(of_union)
    page.check("[value=l1]")
    both = [n for n, s in of_union if "concern" in s.labels]
    assert kept(page) == len(both)
    assert status(page) == f"{len(both)} statements of {len(said)} in {len(set(both))} documents"
    assert page.locator("article:not(.gone)").count() == len(set(both))
    page.check("[value=l4]")
    assert kept(page) == sum(bool({"concern", "condolence"} & {*s.labels}) for _, s in of_union)
    page.select_option("[name=document]", "0")
    assert kept(page) == sum(n == 0 and bool({"concern", "condolence"} & {*s.labels}) for n, s in of_union)
    page.click("[name=all]")
    assert kept(page) == len(said)
    for value, test in (("none", lambda s: not s.labels), ("unsure", lambda s: bool(s.unsure))):
        page.check(f"[value={value}]")
        assert kept(page) == sum(test(s) for _, s in said)
        page.uncheck(f"[value={value}]")


def test_numbers_of_the_table_lead_to_their_statements(page):
    for cell in page.locator(".matrix tbody tr:first-child td.has a").all():
        cell.click()
        assert kept(page) == int(cell.inner_text())
        assert page.evaluate("document.activeElement.matches('.s:not(.off)')")
        assert page.evaluate("document.activeElement.getBoundingClientRect().top") > 0


def test_marks_of_a_time_line_lead_to_their_statements(page):
    mark = page.locator("figure").first.locator("svg a[aria-label*=condemnation]")
    assert mark.get_attribute("aria-label") == "8 January 2022: condemnation, strong, 3 statements"
    mark.click()
    assert kept(page) == 3
    assert "condemnation" in card(page)


def test_pointer_shows_speaker_source_and_probability(page, seeds):
    (found,) = [s for s in seeds[1][0] if s.text.startswith("strongly condemns")]
    page.locator(".s", has_text="strongly condemns").first.hover()
    shown = card(page)
    assert "European Union" in shown
    assert "“the EU”" in shown
    assert f"condemnation {found.stances[0].probability:.2f}, strong" in shown
    assert "8 January 2022" in shown
    page.mouse.move(5, 5)
    page.wait_for_timeout(400)
    assert card(page) is None


def test_keyboard_alone_reaches_everything(page):
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the texts"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "voice"
    page.locator("[value=l0]").focus()
    page.keyboard.press("Space")
    page.locator("[name=on]").focus()
    page.keyboard.press("Enter")
    first = page.evaluate("document.activeElement.id")
    assert page.evaluate("document.activeElement.matches('.s:not(.off)')")
    assert page.evaluate("document.activeElement.getAttribute('aria-describedby')") == "card"
    assert "condemnation" in card(page)
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Escape")
    assert card(page) is None
    page.locator("[name=on]").focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") != first
    page.locator("[name=back]").focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == first
    page.locator("[name=back]").focus()
    page.keyboard.press("Enter")
    assert status(page) == "No earlier statement."


def test_an_address_with_a_statement_opens_it(page, seeds):
    page.goto(f"{seeds[0].as_uri()}#s40")
    page.reload()
    assert page.evaluate("document.activeElement.id") == "s40"
    assert card(page)


@pytest.mark.parametrize(
    ("page", "dark"), [({"color_scheme": "light"}, False), ({"color_scheme": "dark"}, True)], indirect=["page"]
)
def test_page_is_as_dark_as_the_reader_wants(page, dark):
    def parts(name, query):
        found = page.evaluate(f"getComputedStyle(document.querySelector('{query}')).{name}")
        return [int(part) for part in found.removeprefix("rgb(").removesuffix(")").split(",")]

    assert (max(parts("backgroundColor", "body")) < 64) is dark
    assert (min(parts("color", "body")) > 192) is dark


def test_print_has_every_text_and_who_speaks(page):
    page.select_option("[name=document]", "0")
    page.emulate_media(media="print")
    assert not page.locator(".filters").is_visible()
    before = page.evaluate("getComputedStyle(document.querySelector('.s'), '::before').content")
    assert "EU" in before
    assert len(page.pdf()) > 10_000


@pytest.mark.parametrize("page", [{"java_script_enabled": False}], indirect=True)
def test_without_script_the_texts_and_links_are_there(page, seeds):
    assert not page.locator(".filters").is_visible()
    page.locator(".matrix td.has a").first.click()
    assert page.url.startswith(f"{seeds[0].as_uri()}#s")
    assert page.locator(".s").count() == sum(map(len, seeds[1]))


@pytest.mark.parametrize("page", [{"color_scheme": "light"}, {"color_scheme": "dark"}], indirect=True)
@pytest.mark.skipif(not AXE, reason="STANCE_AXE does not name an axe.min.js (npm pack axe-core)")
def test_axe_finds_no_violation(page):
    # The policy of the page forbids a script from elsewhere; what the debugger evaluates is none.
    page.evaluate(Path(AXE).read_text(encoding="utf-8"))
    page.evaluate("for (const one of document.querySelectorAll('article')) one.style.contentVisibility = 'visible'")
    for opened in (False, True):
        if opened:
            page.locator(".matrix td.has a").first.click()
        violations = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
        assert [(one["id"], one["impact"], one["nodes"][0]["html"]) for one in violations] == []


def test_hostile_text_stays_text(browser, tmp_path):
    from test_report import HOSTILE, hostile

    path = tmp_path / "hostile.html"
    path.write_text(render([hostile()], labels=("concern", HOSTILE), model=HOSTILE), "utf-8", newline="")
    opened = browser.new_page()
    said = []
    opened.on("console", lambda message: said.append(message.text))
    opened.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    opened.on("pageerror", lambda error: said.append(str(error)))
    opened.goto(path.as_uri())
    opened.locator(".s").first.hover()
    assert opened.locator("#card .who").inner_text() == " ".join(HOSTILE.split())
    assert opened.locator(".text").evaluate("one => one.textContent") == hostile().document.text
    opened.close()
    assert said == []


def test_a_thousand_documents_open_and_filter_at_once(browser, tmp_path):
    from benchmarks.report import analyses, measured, written

    path = tmp_path / "many.html"
    written(analyses(1000), path)
    assert path.stat().st_size < 10_000_000
    # Processor time: what it takes, whatever else the machine is doing.
    timings = [measured(browser, path) for _ in range(2)]
    assert min(one.opening_work for one in timings) < 2
    assert min(one.filtering_work for one in timings) < 0.2
