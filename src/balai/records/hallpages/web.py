"""The hall's own pages: everybody reads them and the news, administrators publish them and take them down."""

from datetime import date
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.safestring import mark_safe
from django.utils.timezone import localdate
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from balai.base.errors import Conflict, Invalid
from balai.base.pages import contact, links, texts
from balai.base.pages.frames import Frame
from balai.base.pages.guards import open_page
from balai.base.pages.hours import list_hours
from balai.base.pages.moments import moment
from balai.base.pages.parts import Fact, Link
from balai.engine.forms import format_date
from balai.engine.manifest import HallPage
from balai.engine.problems import Problems
from balai.records.entrance.officers import Desk, administrator_page
from balai.records.entrance.posting import command_id, do_and_return
from balai.records.entrance.visitors import Visitor, visitor_page
from balai.records.hallpages import actions, feed, queries

TYPES = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp"}
FED = 20  # so many pieces of news are in the feed


@require_GET
@visitor_page
def show_page(request: HttpRequest, visitor: Visitor, page_id: str) -> HttpResponse:
    """Show a page as it was published."""
    page = queries.get_page(page_id, localdate(visitor.now))
    words = page.said(visitor.lang)
    above = (Link(texts.say("hallpages.news.title"), links.path("hall.news")),) if page.news else ()
    context = {
        "page": page,
        "words": words,
        "body": mark_safe(words.html),  # drawn by engine/manifest/markdown.py, whose rules name every element
        "day": format_date(page.news, visitor.lang) if page.news else "",
        "reach": contact.get_contact() if "contact" in page.shows else None,
        "address": contact.get_contact().say_address(visitor.lang),
        "hours": list_hours(settings.TIME_ZONE, visitor.lang) if "hours" in page.shows else (),
        "basis": tuple(_basis(one.ref, one.status, one.note, visitor.lang) for one in page.legal_basis),
        "crumbs": (Link(texts.say("hallpages.home"), "/"), *above, Link(words.title)),
    }
    return render(request, "hallpages/page.html", context)


def _basis(ref: str, status: str, note: str, lang: str) -> Fact:
    return Fact(
        ref, texts.say(f"hallpages.mark.{status}", lang), note=note, tone="ok" if status == "confirmed" else "warn"
    )


@require_GET
@open_page
def send_picture(request: HttpRequest, page_id: str, name: str) -> HttpResponse:
    """Send a picture of a page in force."""
    page = queries.find_page(page_id)
    if page is None or name not in page.pictures:
        raise Http404
    return HttpResponse(page.pictures[name], content_type=TYPES[name.rpartition(".")[2]])


@require_GET
@visitor_page
def list_news(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Show what is new, the newest first."""
    context = {
        "rows": [tell(page, visitor.lang) for page in queries.list_news(localdate(visitor.now))],
        "crumbs": (Link(texts.say("hallpages.home"), "/"), Link(texts.say("hallpages.news.title"))),
    }
    return render(request, "hallpages/news.html", context)


def tell(page: HallPage, lang: str) -> dict[str, Any]:
    """Put a piece of news into one line of a list."""
    words = page.said(lang)
    return {
        "title": words.title, "summary": words.summary, "url": links.path("hall.page", page.id),
        "day": format_date(page.news, lang) if page.news else "", "iso": str(page.news or ""), "example": page.example,
    }  # fmt: skip


@require_GET
@visitor_page
def send_feed(request: HttpRequest, visitor: Visitor, lang: str = "") -> HttpResponse:
    """Send the news as a feed, which is of one language whoever asks. :raises Http404: the program does not speak it."""
    lang = lang or texts.languages()[0]
    if lang not in texts.languages():
        raise Http404
    published, today = queries.list_page_moments(), localdate(visitor.now)
    with translation.override(lang):
        entries = [_entry(page, lang, published) for page in queries.list_news(today, FED)]
        made = feed.NewsFeed(
            settings.BALAI_TOWN, Frame(request).town, texts.say("hallpages.news.of", town=Frame(request).town), lang,
            f"{settings.BALAI_URL}{_feed(lang)}", links.address("hall.news"),
            [(other, f"{settings.BALAI_URL}{_feed(other)}") for other in texts.languages() if other != lang],
            max(published.values(), default=feed.morning(date(today.year, 1, 1), settings.TIME_ZONE)),
        )  # fmt: skip
    response = HttpResponse(feed.write(made, entries), content_type=feed.TYPE)
    response["Content-Language"] = lang
    return response


def _feed(lang: str) -> str:
    return reverse("hallpages:feed") if lang == texts.languages()[0] else reverse("hallpages:feed-in", args=[lang])


def _entry(page: HallPage, lang: str, published: dict[str, Any]) -> feed.FeedEntry:
    words, address = page.said(lang), links.address("hall.page", page.id)
    html = words.html.replace('href="/', f'href="{settings.BALAI_URL}/').replace(
        'src="/', f'src="{settings.BALAI_URL}/'
    )
    day = feed.morning(page.news or date.min, settings.TIME_ZONE)
    return feed.FeedEntry(page.id, words.title, words.summary, html, address, day, published[page.id])


# ---- administration -------------------------------------------------------------------------------------------------


@never_cache
@require_GET
@administrator_page
def show_all(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show every page there is in the folder or in force, with its versions."""
    return _all(request, desk)


def _all(request: HttpRequest, desk: Desk, *, faults: tuple[str, ...] = (), of: str = "") -> HttpResponse:
    rows = [_row(one, desk.lang) for one in queries.list_standing()]
    context = {"desk": desk, "rows": rows, "faults": faults, "of": of, "reach": contact.get_contact()}
    return render(request, "hallpages/all.html", context, status=422 if faults else 200)


def _row(one: queries.PageStanding, lang: str) -> dict[str, Any]:
    known = one.shown or one.folder
    return {
        "id": one.id, "title": known.said(lang).title if known else one.id, "shown": one.shown,
        "since": moment(one.since, lang) if one.since else "", "folder": one.folder, "faults": one.faults,
        "differs": one.differs, "news": format_date(known.news, lang) if known and known.news else "",
        "foot": known.foot if known else 0, "unconfirmed": len(one.folder.warnings) if one.folder else 0,
        "older": [(version.version, version.key[:12], moment(version.published_at, lang)) for version in one.versions
                  if not version.current],
    }  # fmt: skip


@require_POST
@administrator_page
def publish(request: HttpRequest, desk: Desk, page_id: str) -> HttpResponse:
    """Show a page as its folder says now; every fault is told with file and line."""
    try:
        made = actions.publish(command_id=command_id(request), actor=desk.actor, now=desk.now, page_id=page_id)
    except Problems as error:
        return _all(request, desk, faults=tuple(map(str, error.problems)), of=page_id)
    except (Invalid, Conflict) as refused:
        return _all(request, desk, faults=(refused.message(desk.lang),), of=page_id)
    done = texts.say("hallpages.admin.published", page=page_id, version=made.version)
    messages.success(request, done, extra_tags="ok")
    return HttpResponseRedirect(reverse("hallpages:all"))


@require_POST
@administrator_page
def take_down(request: HttpRequest, desk: Desk, page_id: str) -> HttpResponse:
    """Show a page no longer."""
    return do_and_return(
        request, reverse("hallpages:all"), "hallpages.admin.taken",
        lambda: actions.take_down(command_id=command_id(request), actor=desk.actor, now=desk.now, page_id=page_id),
        page=page_id,
    )  # fmt: skip
