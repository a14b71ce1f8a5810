"""The documentation builds without the network, asks for nothing from elsewhere, and has every public name."""

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

import pytest
from conftest import ROOT
from test_imports import NO_NETWORK

import stance

BUILD = NO_NETWORK + "from mkdocs.__main__ import cli\ncli(['build', '--strict', '-d', sys.argv[1]])"
# What a browser fetches by itself when it opens a page.
FETCHED = {"script": "src", "img": "src", "iframe": "src", "source": "src", "link": "href"}
FETCHING = {"stylesheet", "icon", "preload", "prefetch", "preconnect", "dns-prefetch", "modulepreload", "manifest"}


class Page(HTMLParser):
    """The ids of a page, what it fetches, and where it leads."""

    def __init__(self, text):
        super().__init__()
        self.ids, self.fetched, self.links = set(), [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.ids |= {found[key] for key in ("id", "name") if found.get(key)}
        fetches = tag != "link" or FETCHING & set((found.get("rel") or "").split())
        if tag in FETCHED and fetches and found.get(FETCHED[tag]):
            self.fetched.append(found[FETCHED[tag]])
        if tag == "a" and found.get("href"):
            self.links.append(found["href"])


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    environment = os.environ | {"PYTHONPATH": str(ROOT), "NO_MKDOCS_2_WARNING": "1"}
    command = [sys.executable, "-c", BUILD, str(folder)]
    done = subprocess.run(command, cwd=ROOT, env=environment, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def pages(site):
    return {path.name: Page(path.read_text(encoding="utf-8")) for path in site.glob("*.html")}


def test_every_page_of_the_folder_and_those_included_are_there(pages):
    expected = {f"{path.stem}.html" for path in (ROOT / "docs").glob("*.md")}
    included = {f"{name}.html" for name in ("codebook", "contributing", "changelog", "model-card", "report")}
    assert set(pages) >= expected | included
    start = {urlsplit(link).path for link in pages["index.html"].links}
    # All of them can be reached from the navigation.
    assert start >= (expected | included) - {"report.html"}


def test_nothing_is_fetched_from_elsewhere(site, pages):
    for name, page in pages.items():
        outside = [address for address in page.fetched if urlsplit(address).scheme not in {"", "data"}]
        assert not outside, name
        assert not [address for address in page.fetched if address.startswith("//")], name
        # The theme would fetch the library that draws these.
        assert "mermaid" not in page.ids
    for sheet in site.rglob("*.css"):
        text = sheet.read_text(encoding="utf-8")
        assert not re.findall(r"""(?:url\(|@import)\s*["']?(?:https?:)?//[^)"';]*""", text), sheet.name


def test_links_and_pictures_within_the_site_lead_somewhere(site, pages):
    for name, page in pages.items():
        if name == "404.html":  # its links count from the root of a server
            continue
        for address in (*page.links, *page.fetched):
            parts = urlsplit(address)
            if parts.scheme or not (parts.path or parts.fragment):
                continue
            target = (site / unquote(parts.path)) if parts.path else site / name
            assert target.exists(), f"{name}: {address}"
            if parts.fragment and target.name in pages and not parts.fragment.startswith("__"):
                assert unquote(parts.fragment) in pages[target.name].ids, f"{name}: {address}"


def test_reference_has_every_public_name_and_no_raw_markup(site, pages):
    ids = pages["reference.html"].ids
    missing = [
        name
        for name in stance.__all__
        if name != "plot" and not any(one == f"stance.{name}" or one.endswith(f".{name}") for one in ids)
    ]
    assert missing == []
    assert {f"stance.plot.{name}" for name in ("heatmap", "timeline", "confusion", "reliability")} <= ids
    text = (site / "reference.html").read_text(encoding="utf-8")
    assert not re.findall(r":(?:func|class|meth|mod|attr):", text)


def test_pictures_are_drawn_and_files_have_their_names(site):
    drawn = {path.stem for path in (site / "pictures").glob("*.svg")}
    assert drawn == {"heatmap", "timeline", "reliability", "precision-recall", "confusion", "distributions"}
    assert all(path.read_text(encoding="utf-8").startswith("<?xml") for path in (site / "pictures").iterdir())
    assert "islands.toml" in (site / "speakers.html").read_text(encoding="utf-8")
    assert not list(site.rglob("*.py"))
