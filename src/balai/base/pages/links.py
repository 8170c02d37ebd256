"""Pages by name, for whoever writes a message below the doors: `links.address("citizen.case", number)`.

An address belongs to the door that answers at it. Each door and room names those pages that messages lead to, in its own
`links.py`; below, no address stands. A name is kept with its address, not looked up among the views, so that a worker that writes
a mail loads no door; a house test proves that each name's address answers with the view it says.
"""

from dataclasses import dataclass
from urllib.parse import quote

from django.conf import settings


@dataclass(frozen=True, slots=True)
class LinkedPage:
    """One page that messages lead to: its address with `{}` for each argument, and the name of its view."""

    template: str
    view: str


_PAGES: dict[str, LinkedPage] = {}


def lead(name: str, template: str, view: str) -> None:
    """Name a page: `lead("citizen.case", "/berkas/{}/", "portal:case")`; the same name again replaces the earlier."""
    _PAGES[name] = LinkedPage(template, view)


def path(name: str, *args: object) -> str:
    """Give the address of a page within this hall. :raises LookupError: when no door or room names it."""
    try:
        page = _PAGES[name]
    except KeyError:
        raise LookupError(f"no page is called {name!r}; there are {sorted(_PAGES)}") from None
    return page.template.format(*(quote(str(arg), safe="") for arg in args))


def address(name: str, *args: object) -> str:
    """Give the whole address of a page, as it stands in a mail."""
    return f"{settings.BALAI_URL}{path(name, *args)}"


def leads(name: str) -> bool:
    """Tell whether a door or room of this installation names such a page."""
    return name in _PAGES


def pages() -> dict[str, LinkedPage]:
    """List every page that is named."""
    return dict(_PAGES)
