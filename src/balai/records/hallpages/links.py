"""Where the hall's pages show themselves: at the foot of every page, and in the administration."""

from collections.abc import Sequence

from django.db import DatabaseError
from django.http import HttpRequest

from balai.base.pages import frames, links, texts
from balai.base.pages.parts import Link
from balai.records.hallpages import queries

links.lead("hall.page", "/halaman/{}/", "hallpages:page")
links.lead("hall.news", "/kabar/", "hallpages:news")


def list_foot(request: HttpRequest) -> Sequence[Link]:
    """List the pages at the foot of every page, in the reader's language; none while the database cannot be asked.

    What refuses or cannot answer is a page too, and says its own thing whatever stands at its foot.
    """
    lang = texts.language()
    try:
        pages = queries.list_foot()
    except DatabaseError:
        return []
    found = [(page.said(lang).title, links.path("hall.page", page.id)) for page in pages]
    return [Link(title, url, current=request.path == url) for title, url in found]


frames.place_many("foot", list_foot)
frames.place("foot", "hallpages.news.title", "hallpages:news", order=20)
frames.place("administration", "hallpages.admin.title", "hallpages:all", order=25)
