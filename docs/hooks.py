"""What mkdocs does here beyond turning pages into HTML: pages from other files of the repository, and all pictures.

Nothing of it is committed: pictures and the report are drawn from ``seeds/`` whenever the site is built.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[1]
# Pages that are files of the repository.
PAGES = {
    "codebook.md": "CODEBOOK.md",
    "contributing.md": "CONTRIBUTING.md",
    "changelog.md": "CHANGELOG.md",
    "model-card.md": "models/stance-en/README.md",
}
COPIES = {"reliability.svg": "models/stance-en/reliability.svg"}
# The days on which the source documents were published lie before it.
DATE = "2022-01-10"
GUIDES = "Guides"
# "csv table.csv" behind a fence: the language and the name of a file, or what another tool is told.
_NAMED = re.compile(r"^```(\w+) (\S+)$", re.MULTILINE)
_LINK = re.compile(r"(?<!!)\[([^\]]+)\]\(([^)#:\s]+)(#[^)\s]*)?\)")
_ROLE = re.compile(r":(?:func|meth|class|mod|attr):<code>~?([\w.]+)</code>")


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Add the pages that nobody put into the navigation behind the guides."""
    nav: list[dict[str, Any]] = config.nav or []
    named = {
        page for section in nav for pages in section.values() for page in ([pages] if isinstance(pages, str) else pages)
    }
    guides = next(section[GUIDES] for section in nav if GUIDES in section)
    guides += [path.name for path in sorted(Path(config.docs_dir).glob("*.md")) if path.name not in named]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that are other files, the pictures, and the report."""
    made: dict[str, str | bytes] = {name: (ROOT / source).read_bytes() for name, source in COPIES.items()}
    made |= {name: (ROOT / source).read_text(encoding="utf-8") for name, source in PAGES.items()}
    for name, content in (made | draw()).items():
        files.append(File.generated(config, name, content=content))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Show the name of a file above its block, leave out the words for other tools, and mend links to files."""
    home = (ROOT / PAGES.get(page.file.src_uri, f"docs/{page.file.src_uri}")).parent
    markdown = _LINK.sub(lambda found: _link(home, *found.groups(default="")), markdown)
    return _NAMED.sub(lambda found: f"```{found[1]}" + (f' title="{found[2]}"' if "." in found[2] else ""), markdown)


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Make links of the names in docstrings."""
    return _ROLE.sub(r'<autoref identifier="\1" optional><code>\1</code></autoref>', html)


def _link(home: Path, words: str, target: str, anchor: str) -> str:
    """A link of a page that is, or was written as, a file in ``home``: to a page of the site, or else no link."""
    file = (home / target).resolve()
    pages = {ROOT / source: name for name, source in PAGES.items()}
    if file in pages:
        return f"[{words}]({pages[file]}{anchor})"
    if file.is_relative_to(ROOT / "docs") or not file.is_relative_to(ROOT) or not file.exists():
        return f"[{words}]({file.name if file.suffix == '.md' else target}{anchor})"
    return words


def draw() -> dict[str, str | bytes]:
    """The pictures of the guides and the report, by the names that pages know them by."""
    import stance
    from stance.assessment import assess
    from stance.reading import find_documents, read_document
    from stance.report import html

    model = stance.load()
    documents = list(map(read_document, find_documents([str(ROOT / "seeds")])))
    read = list(stance.analyze_all(documents, model=model, date=DATE))
    found = {analysis.document.id: analysis.statements for analysis in read}
    report = assess(ROOT / "seeds" / "gold.jsonl", model, analyze=lambda document: found[document.id])
    assert report.outcome is not None
    album = stance.plot.album(report.outcome)
    with stance.plot.looks_alike():
        album["heatmap"] = stance.plot.svg(stance.plot.heatmap(read).figure, "Stances by actor")
        album["timeline"] = stance.plot.svg(stance.plot.timeline(read, "EU").figure, "Stances of the EU")
    pictures: dict[str, str | bytes] = {f"pictures/{name}.svg": picture for name, picture in album.items()}
    return pictures | {"report.html": html.render(read, labels=model.labels, model=model.name, card=model.card)}
