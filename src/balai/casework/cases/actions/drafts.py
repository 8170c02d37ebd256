"""Applications being written: started, saved page by page, given files, thrown away."""

import json
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings

from balai.base import crypto, journal, post, sql
from balai.base.actors import CLOCK, Actor
from balai.base.commands import command, once
from balai.base.errors import Conflict, Invalid, NotAllowed
from balai.casework.cases import queries, rules
from balai.casework.cases.models import Draft
from balai.casework.catalogue import queries as catalogue
from balai.records.people.rules import mask_contact


def start_draft(
    *,
    actor: Actor,
    now: datetime,
    service_id: str,
    answers: Mapping[str, Any],
    on_behalf_of: UUID | None = None,
    service_key: str = "",
    vault_id: UUID | None = None,
    about: UUID | None = None,
    proven: str = "",
) -> tuple[UUID, str]:
    """Begin an application: (draft id, secret of its resume link). The secret is shown once and kept only as a hash.

    It is of the version in force, or of the one that is named; a vault with files that is named becomes the draft's.
    `about` is the case it will be about, which its beginner may do so at; `proven` a contact that was proven there.
    :raises Conflict: `service-not-open` while the service is paused. :raises Invalid: `about-missing`.
    """
    service = catalogue.get_service(service_id, service_key or None)
    if (service.about is None) != (about is None):
        raise Invalid("about-missing")
    catalogue.require_taking(service.id, now)
    secret = rules.make_secret()
    with journal.deed(uuid4(), actor=actor, now=now, name="draft.start"):
        vault_id, key = crypto.new_vault() if vault_id is None else (vault_id, crypto.data_key(vault_id))
        draft = Draft(
            id=uuid4(), service_id=service.id, service_key=service.key, vault_id=vault_id, person_id=actor.person_id,
            on_behalf_of_id=on_behalf_of, key_hash=crypto.lookup_hash("draft", secret),
            answers_sealed=_seal(key, answers), created_at=now, updated_at=now, expires_at=now + rules.DRAFT_KEPT,
            at_counter=actor.channel == "counter", about_id=about,
            contact_hash=queries.contact_hash(proven) if proven else None, contact_proven_at=now if proven else None,
        )  # fmt: skip
        draft.save(force_insert=True)
    return draft.id, secret


def save_draft(
    *,
    command_id: UUID | None = None,
    actor: Actor,
    now: datetime,
    draft_id: UUID,
    secret: str = "",
    answers: Mapping[str, Any],
    seen: Mapping[str, Any],
    page: str = "",
    merge: Callable[[Mapping[str, Any]], Mapping[str, Any]] | None = None,
) -> dict[str, Any]:
    """Save what was typed, right or wrong, and give all answers as they stand now; nothing typed is lost to an error.

    What was typed long ago, without a connection, comes with the command's id it was given then, so that it is saved once
    however often it is sent, and with `merge`: told the answers as they stand, it gives those that change, or refuses.

    Only what differs from the answers that were `seen` is changed: two files that come at once, or two windows on two
    pages, do not take each other's answers away.
    :raises Conflict: `draft-sent`; `draft-changed` by `merge`.
    """
    # no @command: each sending of the same page stores its files anew, and `merge` has no lasting form
    with journal.deed(command_id or uuid4(), actor=actor, now=now, name="draft.save") as deed:
        found = queries.access_draft(actor, draft_id, secret=secret, for_update=True)
        if deed.repeated:
            return found.answers
        if found.draft.case_id is not None:
            raise Conflict("draft-sent")
        key = crypto.data_key(found.draft.vault_id)
        taken_out = seen.keys() - answers.keys()
        kept = {name: value for name, value in found.answers.items() if name not in taken_out}
        kept |= {name: value for name, value in answers.items() if name not in seen or seen[name] != value}
        if merge is not None:
            kept |= merge(found.answers)
        sql.execute(
            "UPDATE cases_draft SET answers_sealed = %s, page = %s, revision = revision + 1, updated_at = %s,"
            " expires_at = %s WHERE id = %s",
            [_seal(key, kept), page, now, now + rules.DRAFT_KEPT, draft_id],
        )
    return kept


@command("draft.follow-version")
def follow_version(*, command_id: UUID, actor: Actor, now: datetime, service_id: str) -> None:
    """Let every unsent application of a service be of the version in force, for whoever is trying a folder out.

    :raises NotAllowed: in every hall but the throwaway one of `balai preview`: people finish what they began.
    """
    if not getattr(settings, "PREVIEWING", False):
        raise NotAllowed
    key = catalogue.get_service(service_id).key
    with once():
        sql.execute(
            "UPDATE cases_draft SET service_key = %s WHERE service_id = %s AND case_id IS NULL", [key, service_id]
        )


def send_resume_code(
    *, actor: Actor, now: datetime, draft_id: UUID, secret: str, to: str, lang: str, words: tuple[str, str]
) -> None:
    """Send the writer of a draft the words by which they come back to it, as long as the draft is kept.

    :raises NotFound: the draft is somebody else's.
    """
    queries.access_draft(actor, draft_id, secret=secret)
    with journal.deed(uuid4(), actor=actor, now=now, name="draft.send-resume-code") as deed:
        subject, body = words
        post.owe(
            deed,
            to=to,
            masked=mask_contact(to),
            subject=subject,
            body=body,
            language=lang,
            kind="resume",
            life=rules.DRAFT_KEPT,
        )


def discard_draft(*, actor: Actor, now: datetime, draft_id: UUID, secret: str = "") -> None:
    """Throw an unsent application away; its key is destroyed, so its files are noise from now on."""
    with journal.deed(uuid4(), actor=actor, now=now, name="draft.discard"):
        found = queries.access_draft(actor, draft_id, secret=secret, for_update=True)
        if found.draft.case_id is not None:
            raise Conflict("draft-sent")
        _forget(found.draft.id, found.draft.vault_id, now)


def forget_drafts(*, actor: Actor, now: datetime, person_id: UUID) -> int:
    """Forget every unsent application of a person who is being forgotten; tell how many. Who may is the caller's question."""
    with journal.deed(uuid4(), actor=actor, now=now, name="draft.forget"):
        return sum(_forget(draft, vault, now) for draft, vault in queries.list_all_drafts(person_id))


def drop_stale_draft(draft_id: UUID, vault_id: UUID, *, now: datetime) -> bool:
    """Forget an unsent application that nobody touched for thirty days."""
    with journal.deed(uuid4(), actor=CLOCK, now=now, name="draft.expire"):
        row = sql.row(f"SELECT expires_at FROM cases_draft WHERE id = %s{sql.for_update()}", [draft_id])
        expires_at = sql.as_datetime(row[0]) if row else None
        if expires_at is None or expires_at >= now:
            return False  # sent, thrown away or taken up again meanwhile
        return _forget(draft_id, vault_id, now)


def clear_erased(vault_ids: Collection[UUID]) -> None:
    """Clear what stands beside the answers of cases and drafts whose keys were destroyed: search words, households, masked names, rows.

    It is part of the transaction in which a restored backup forgets again.
    """
    for vault_id in vault_ids:
        for table in ("cases_searchword", "cases_household", "cases_sketch"):
            sql.execute(
                f"DELETE FROM {table} WHERE case_id IN (SELECT id FROM cases_case WHERE vault_id = %s)", [vault_id]
            )
        sql.execute("UPDATE cases_case SET holder_masked = '' WHERE vault_id = %s", [vault_id])
        sql.execute("DELETE FROM cases_draft WHERE vault_id = %s", [vault_id])


def _forget(draft_id: UUID, vault_id: UUID, now: datetime) -> bool:
    """Destroy a draft's key with its row, unless it became a case meanwhile, which lives by the same key."""
    gone = sql.execute("DELETE FROM cases_draft WHERE id = %s AND case_id IS NULL", [draft_id])
    if gone:
        crypto.shred(vault_id, now)
    return bool(gone)


def _seal(key: bytes, answers: Mapping[str, Any]) -> bytes:
    return crypto.seal_with(key, json.dumps(answers, ensure_ascii=False, default=str).encode(), queries.DRAFT)
