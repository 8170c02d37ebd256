"""The officer's places in the navigation, who sees them and what waits in each."""

from django.http import HttpRequest

from balai.base.pages import frames
from balai.casework.catalogue import queries as catalogue
from balai.casework.notices import queries as notices
from balai.doors.desk import tally
from balai.records.entrance.officers import desk_of
from balai.records.offices import roles


def _holds_post(request: HttpRequest) -> bool:
    desk = desk_of(request)
    return desk is not None and bool(desk.held)


def _at_counter(request: HttpRequest) -> bool:
    desk = desk_of(request)
    return desk is not None and desk.at_counter


def _keeps_archive(request: HttpRequest) -> bool:
    desk = desk_of(request)
    return desk is not None and desk.keeps_archive


def _heads(request: HttpRequest) -> bool:
    desk = desk_of(request)
    return desk is not None and desk.heads


def _audits(request: HttpRequest) -> bool:
    desk = desk_of(request)
    return desk is not None and desk.audits


def _confirms_law(request: HttpRequest) -> bool:
    desk = desk_of(request)
    return desk is not None and (desk.holds(roles.LEGAL) or desk.administrator)


def _open_law(request: HttpRequest) -> int | None:
    """Count for a legal officer what nobody has confirmed and what is to be reviewed by today."""
    desk = desk_of(request)
    if desk is None or not desk.holds(roles.LEGAL):
        return None
    return catalogue.count_open_law(desk.now) or None


def _administers(request: HttpRequest) -> bool:
    desk = desk_of(request)
    return desk is not None and desk.administrator


def _works(request: HttpRequest) -> bool:
    """Tell whether somebody works here; an auditor reads, and is told nothing at the desk."""
    desk = desk_of(request)
    return desk is not None and bool(desk.held or desk.administrator)


def _unheard(request: HttpRequest) -> int | None:
    desk = desk_of(request)
    return (notices.count_bell(desk.person_id) or None) if desk is not None else None


def _counted(name: str) -> frames.Counts:
    def count(request: HttpRequest) -> int | None:
        desk = desk_of(request)
        return (tally.inbox(desk)[name] or None) if desk is not None and desk.held else None

    return count


def _applies(request: HttpRequest) -> bool:
    """Tell whether somebody works here and there is a service for those who do."""
    desk = desk_of(request)
    return desk is not None and bool(desk.held) and bool(catalogue.list_for_officers(desk.now))


def _needs_attention(request: HttpRequest) -> int | None:
    desk = desk_of(request)
    return (sum(tally.attention(desk).values()) or None) if desk is not None and desk.administrator else None


frames.place(
    "officer",
    "desk.nav.inbox",
    "desk:inbox",
    order=10,
    icon="inbox",
    shows=_holds_post,
    counts=_counted("all"),
    counted="desk.nav.waiting",
)
frames.place(
    "officer",
    "desk.nav.sign",
    "desk:sign",
    order=20,
    icon="letter",
    shows=_holds_post,
    counts=_counted("sign"),
    counted="desk.nav.waiting",
)
frames.place("officer", "desk.nav.search", "desk:search", order=30, icon="search", shows=_holds_post)
frames.place("officer", "desk.nav.counter", "desk:counter", order=40, icon="hall", shows=_at_counter)
frames.place("officer", "desk.nav.figures", "desk:figures", order=50, icon="chart", shows=_holds_post)
frames.place("officer", "desk.nav.services", "desk:own-services", order=52, icon="person", shows=_applies)
frames.place("officer", "desk.nav.leave", "desk:leave", order=53, icon="calendar", shows=_holds_post)
frames.place("officer", "desk.nav.archive", "desk:archive", order=55, icon="document", shows=_keeps_archive)
frames.place("officer", "desk.readings.nav", "desk:readings", order=56, icon="shield", shows=_heads)
frames.place(
    "officer",
    "law.nav",
    "desk:law",
    order=54,
    icon="document",
    shows=_confirms_law,
    counts=_open_law,
    counted="law.counted",
)
frames.place("officer", "desk.nav.audit", "desk:audit", order=57, icon="eye", shows=_audits)
frames.place(
    "officer",
    "desk.nav.bell",
    "desk:bell",
    order=35,
    icon="bell",
    shows=_works,
    counts=_unheard,
    counted="desk.nav.unheard",
)
frames.place(
    "officer",
    "desk.nav.admin",
    "desk:admin",
    order=60,
    icon="people",
    shows=_administers,
    counts=_needs_attention,
    counted="desk.nav.attention",
    tone="bad",
)

WITHIN: tuple[tuple[frames.Face, str, tuple[str, ...]], ...] = (
    ("administration", "desk.admin.nav", (
        "admin", "admin-units", "admin-officers", "admin-signers", "admin-tokens", "admin-forget", "admin-services", "admin-outbox", "admin-notices",
        "admin-stuck", "admin-journal", "admin-security",
    )),
    ("counter", "desk.counter.nav", ("counter", "bind", "recovery", "firms", "held")),
    ("audit", "desk.audit.nav", ("audit", "audit-access", "audit-readings", "audit-journal", "audit-security", "audit-archive", "audit-outbox")),
)  # fmt: skip
for _face, _words, _names in WITHIN:
    for _order, _name in enumerate(_names, 1):
        frames.place(_face, f"{_words}.{_name}", f"desk:{_name}", order=10 * _order)
