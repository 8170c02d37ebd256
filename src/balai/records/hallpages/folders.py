"""Pages of the hall as a kind of folder: how one is read, and which law it speaks of. No database."""

from collections.abc import Iterator, Mapping

from balai.engine import manifest
from balai.engine.folders import Law
from balai.engine.manifest import markdown, townpages
from balai.records.folders import kinds

NEWS, FEED = "/kabar/", "/kabar/atom.xml"


def _read(files: Mapping[str, bytes], folder: str, town: manifest.Town | None, published: bool) -> manifest.HallPage:
    return manifest.read_page(files, folder=folder, town=town, published=published)


def _law(page: manifest.HallPage) -> Iterator[Law]:
    """Tell which law a page speaks of."""
    for at, one in enumerate(page.legal_basis):
        file = f"{townpages.PLACE}/{page.id}/{townpages.MAIN}"
        yield Law(f"legal_basis.{at}", one.ref, one.ref, one.status, file=file, line=one.line)


PAGES = kinds.FolderKind(
    name="page",
    place=townpages.PLACE,
    main=townpages.MAIN,
    words={"id": "halaman", "en": "pages"},
    read=_read,
    law=_law,
    shapes={townpages.MAIN: townpages.read_page_sheet},
    with_town=False,
    opened="shown to everybody",
)
kinds.register(PAGES)
for _address in (NEWS, FEED, markdown.PAGE.replace("{}", "{page}")):
    markdown.open_address(_address)
