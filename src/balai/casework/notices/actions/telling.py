"""Words to a person: one kind of message put into their language, sealed, one row for each channel, owed to the carriers.

Whoever tells something does it inside their own deed: what happened and that it is told are one.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings

from balai.base import crypto, journal, marks, sql
from balai.base.errors import NotFound
from balai.base.pages import links, texts
from balai.casework.cases.queries import CaseRow
from balai.casework.notices import events, kinds, rules
from balai.casework.notices.models import Notice
from balai.casework.notices.queries import ADDRESS, CONTENT
from balai.records.people import queries as people

Facts = Mapping[str, object]
Page = tuple[str, tuple[object, ...]]  # the name of a page and what its address is made of

_COLUMNS = (
    "id", "case_id", "event", "audience", "channel", "person_id", "address_sealed", "address_masked", "content_sealed",
    "language", "state", "attempts", "created_at", "receipt", "last_error",
)  # fmt: skip
_ON_PAGES = ("portal", "desk")


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom something is told: on whose pages, by which addresses (channel → address), in which language."""

    person_id: UUID | None
    addresses: Mapping[str, str]
    language: str


def tell(
    deed: journal.Deed, person_id: UUID, key: str, facts: Facts | Callable[[str], Facts], *, args: Sequence[object] = (),
    case: CaseRow | None = None, contacts: Sequence[tuple[str, str]] | None = None,
) -> int:  # fmt: skip
    """Tell a person one kind of message, as part of a deed; tell how many notices that makes, none for whoever was forgotten.

    It is sealed under the case's vault when it is about one, else under the person's. `facts` fill the words' places, `link` among
    them by itself; what depends on the language is a function of it. `args` make the address of the kind's page. Only contacts
    that were proven, or stand on the person's record, are written to, unless others are given.
    :raises LookupError: for a kind that no app registers.
    """
    kind, person_id = kinds.get(key), people.hold_stayed(person_id)
    try:
        person = people.get_person(person_id)
    except NotFound:
        return 0  # forgotten meanwhile
    addresses = dict(people.list_contacts(person_id) if contacts is None else contacts)
    page = _page_of(kind, args, case)
    words = put_into_words(kind.words, facts, person.language, page)
    reader = Recipient(person_id, addresses, person.language)
    return write(deed, kind.key, reader, _reachable(kind, reader), words, page, kind=kind, case=case)


def tell_holder(
    deed: journal.Deed, case: CaseRow, key: str, facts: Facts | Callable[[str], Facts], *, args: Sequence[object] = (),
    only: str = "",
) -> int:  # fmt: skip
    """Tell a case's holder one kind of message about it, by the contacts the case keeps; `only` names the one channel to use."""
    kind, reader = kinds.get(key), holder_of(case)
    page = (kind.page, tuple(args)) if kind.page else page_of_case(case, "applicant")
    words = put_into_words(kind.words, facts, reader.language, page)
    channels = [channel for channel in _reachable(kind, reader) if only in ("", channel)]
    return write(deed, kind.key, reader, channels, words, page, kind=kind, case=case)


def put_into_words(place: str, facts: Facts | Callable[[str], Facts], lang: str, page: Page) -> dict[str, str]:
    """Say subject, body and short text of a kind in one language."""
    told = facts(lang) if callable(facts) else facts
    filled = {"link": address_of(page), **told}
    return {part: texts.say(f"{place}.{part}", lang, **filled) for part in ("subject", "body", "sms")}


def address_of(page: Page) -> str:
    """Give the address of a page; of a room that is closed meanwhile, the address of the hall."""
    return links.address(page[0], *page[1]) if links.leads(page[0]) else str(settings.BALAI_URL)


def holder_of(case: CaseRow) -> Recipient:
    """Tell whom a case's holder is: on whose pages, by which contacts, in which language."""
    contact = case.data.get("contact", {})
    return Recipient(_holder(case), {"email": contact.get("email", ""), "sms": contact.get("phone", "")}, case.language)


def _holder(case: CaseRow) -> UUID | None:
    """Tell on whose pages the applicant's notices stand: a firm has none, so whoever applied for it reads them.

    They are held, so that a joining of records that is under way finds what this deed keeps for them.
    """
    reader, agent = case.applicant_id, case.submitted_by_id
    if reader and agent and agent != reader and people.is_organisation(reader):
        reader = agent
    return people.hold_stayed(reader) if reader else None


def page_of_case(case: CaseRow, audience: str) -> Page:
    """Name the page at which the addressee finds a case; without an account its address holds the tracking secret."""
    if audience != "applicant":
        return "officer.case", (case.number,)
    if case.applicant_id is not None:
        return "citizen.case", (case.number,)
    return "citizen.tracking", (case.number, case.data["contact"]["track_code"])


def _page_of(kind: kinds.Kind, args: Sequence[object], case: CaseRow | None) -> Page:
    if kind.page:
        return kind.page, tuple(args)
    assert case is not None, f"{kind.key} leads to no page, so it must be about a case"
    return page_of_case(case, kind.audience)


def _reachable(kind: kinds.Kind, reader: Recipient) -> list[str]:
    return [channel for channel in kind.channels if channel in _ON_PAGES or reader.addresses.get(channel)]


def write(
    deed: journal.Deed, event: str, reader: Recipient, channels: Iterable[str], words: Mapping[str, str], page: Page,
    *, kind: kinds.Kind | None = None, case: CaseRow | None = None, audience: str = "",
) -> int:  # fmt: skip
    """Keep one sealed notice for each channel and owe those that wait to their carriers; tell how many notices."""
    key = case.key if case is not None else crypto.data_key(people.get_vault_id(_require(reader)))
    audience = audience or (kind.audience if kind is not None else "person")
    rows = [
        _row(deed, key, event, audience, channel, reader, words, page, kind, case)
        for channel in channels
        if channel != "portal"
        or reader.person_id is not None  # without an account the page behind the link is the portal
    ]
    sql.insert("notices_notice", _COLUMNS, rows)
    marks.write(Notice, [row[0] for row in rows])
    for row in rows:
        if row[10] == "queued":
            deed.send(events.QUEUED, {"notice": str(row[0])}, key=f"notice:{row[0]}")
    return len(rows)


def _require(reader: Recipient) -> UUID:
    assert reader.person_id is not None, "a notice about no case is sealed under its person's vault"
    return reader.person_id


def _row(
    deed: journal.Deed, key: bytes, event: str, audience: str, channel: str, reader: Recipient, words: Mapping[str, str],
    page: Page, kind: kinds.Kind | None, case: CaseRow | None,
) -> tuple[Any, ...]:  # fmt: skip
    address = reader.addresses.get(channel, "")
    state = _state(channel, address, kind)
    return (
        uuid4(), None if case is None else case.id, event, audience, channel, reader.person_id,
        crypto.seal_with(key, address.encode(), ADDRESS), rules.mask_address(address),
        crypto.seal_with(key, _content(words, channel, page), CONTENT), reader.language, state, 0, deed.now, "",
        "no address is known for this channel" if state == "no-way" else "",
    )  # fmt: skip


def _state(channel: str, address: str, kind: kinds.Kind | None) -> str:
    if channel in _ON_PAGES:
        return "sent"
    if not address:
        return "no-way"
    return "gathered" if channel == "email" and kind is not None and kind.urgency == "digest" else "queued"


def _content(words: Mapping[str, str], channel: str, page: Page) -> bytes:
    content = {
        "subject": rules.one_line(words["subject"]), "body": words["sms" if channel == "sms" else "body"],
        "page": page[0], "args": [str(arg) for arg in page[1]],
    }  # fmt: skip
    return json.dumps(content, ensure_ascii=False).encode()
