"""Proof that an applicant can be reached: a one-time code goes to the contact they gave, and they type it back.

The code lives for ten minutes and five tries; at rest there is a keyed digest of it, bound to the draft and the contact. Who may
have another one, and how often, is counted at the door.
"""

import hmac
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from balai.base import crypto, journal, post, sql
from balai.base.actors import Actor
from balai.base.errors import Conflict, Invalid
from balai.casework.cases import queries
from balai.casework.cases.models import Draft
from balai.records.people import actions as people
from balai.records.people.rules import mask_contact

LIFE = queries.CODE_LIFE
TRIES = 5
PAUSE = timedelta(minutes=1)  # a second click is no second code

Write = Callable[[str], tuple[str, str]]  # the door's words around a code: (subject, body)


def send_code(
    *, actor: Actor, now: datetime, draft_id: UUID, secret: str = "", to: str, lang: str, write: Write
) -> bool:
    """Send a code to a contact of the draft's writer; an older code counts no more. Tells whether one was sent.

    :raises Conflict: `draft-sent`; :raises NotFound: the draft is somebody else's.
    """
    with journal.deed(uuid4(), actor=actor, now=now, name="draft.send-code") as deed:
        draft = _own(actor, draft_id, secret)
        mark = queries.contact_hash(to)
        same = draft.contact_hash is not None and bytes(draft.contact_hash) == mark
        if same and (draft.contact_proven_at or _just_sent(draft, now)):
            return False
        code = f"{secrets.randbelow(1_000_000):06}"
        sql.execute(
            "UPDATE cases_draft SET contact_hash = %s, contact_code = %s, contact_sent_at = %s, contact_tries = 0,"
            " contact_proven_at = NULL WHERE id = %s",
            [mark, _digest(draft_id, mark, code), now, draft_id],
        )
        subject, body = write(code)
        post.owe(
            deed, to=to, masked=mask_contact(to), subject=subject, body=body, language=lang, kind="contact-code",
            life=LIFE,
        )  # fmt: skip
    return True


def prove_contact(*, actor: Actor, now: datetime, draft_id: UUID, secret: str = "", code: str) -> None:
    """Take the code back: the contact is proven for this draft and, for whoever is signed in, for them.

    :raises Invalid: `code-wrong`, `code-spent`, `code-expired`; :raises Conflict: `draft-sent`; :raises NotFound:
    """
    with journal.deed(uuid4(), actor=actor, now=now, name="draft.prove-contact"):
        draft = _own(actor, draft_id, secret)
        if draft.contact_proven_at is not None:
            return  # a second click
        refused = _judge(draft, "".join(filter(str.isdecimal, code)), now)
        if not refused:
            sql.execute(
                "UPDATE cases_draft SET contact_proven_at = %s, contact_code = NULL WHERE id = %s", [now, draft_id]
            )
            if draft.person_id is not None:
                people.note_contact_verified(
                    command_id=uuid4(), actor=actor, now=now, person_id=draft.person_id, means="code"
                )
    if refused:  # after the deed: a wrong try stays counted
        raise Invalid(refused)


def _own(actor: Actor, draft_id: UUID, secret: str) -> Draft:
    draft = queries.access_draft(actor, draft_id, secret=secret, for_update=True).draft
    if draft.case_id is not None:
        raise Conflict("draft-sent")
    return draft


def _judge(draft: Draft, typed: str, now: datetime) -> str:
    """Judge a typed code and count a wrong one: "" when it is right, else the refusal's code."""
    if draft.contact_code is None or draft.contact_sent_at is None or draft.contact_hash is None:
        return "code-spent"
    if now >= draft.contact_sent_at + LIFE:
        return "code-expired"
    if hmac.compare_digest(bytes(draft.contact_code), _digest(draft.id, bytes(draft.contact_hash), typed)):
        return ""
    last = draft.contact_tries + 1 >= TRIES
    sql.execute(
        "UPDATE cases_draft SET contact_tries = contact_tries + 1, contact_code = %s WHERE id = %s",
        [None if last else bytes(draft.contact_code), draft.id],
    )
    return "code-spent" if last else "code-wrong"


def _just_sent(draft: Draft, now: datetime) -> bool:
    return draft.contact_code is not None and draft.contact_sent_at is not None and now < draft.contact_sent_at + PAUSE


def _digest(draft_id: UUID, mark: bytes, code: str) -> bytes:
    return crypto.lookup_hash("contact-code", f"{draft_id}:{mark.hex()}:{code}")
