"""Mail and texts that somebody waits for: owed by a deed, sealed, carried by the outbox, wiped once they left or ran out.

A reset link or a code is worth as much as a password while it lives. So its words and its address lie sealed under a key of
their own, the outbox knows an id alone, and the operator sees what became of it but never what it says. A page that owes one
answers at once, whether the mail server is quick, slow or dead, and whether the address is known here or not.
"""

import json
import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID, uuid4

from django.conf import settings

from balai.base import crypto, events, journal, outbox, plugs, prints, sql
from balai.base.models import Dispatch
from balai.base.pages import links, texts

ASK = "citizen.ours"  # the page that tells whether a message is from here
log = logging.getLogger("balai.post")
KEPT = timedelta(days=14)  # how long it stays known what became of a message


class Refused(Exception):
    """The carrier will never take this message: wrong address, blocked number."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """What a carrier behind the ports `mail` and `sms` carries; `key` lets it drop a repeat."""

    key: UUID
    to: str
    subject: str
    body: str
    language: str


@dataclass(frozen=True, slots=True)
class Taken:
    """That a carrier took a parcel: which one, by the name of its port ("sms", "sms:second"), and its receipt."""

    carrier: str
    receipt: str
    prints: tuple[bytes, ...] = ()  # of what was said, for whoever asks later whether it came from here


def hand(port: str, parcel: Parcel, attempts: int) -> Taken:
    """Hand a parcel to the carrier of a port, or to the second one (`sms:second`) where there is one and the first fails.

    A first carrier that took the parcel and never said so would have it sent twice. So when it was silent at the first of the
    `attempts` it is asked once more, by the same key, before the second one is.
    :raises Refused: when a carrier will never take it; anything else, of the last carrier that was asked, when it may later.
    """
    made = prints.take(parcel.body)
    parcel = _with_foot(port, parcel)
    try:
        return Taken(port, plugs.get(port).send(parcel), made)
    except Refused:
        raise
    except Exception as error:
        second = f"{port}:second"
        if not settings.BALAI_PLUGS.get(second) or (_is_silence(error) and attempts <= 1):
            raise
        log.warning("%s failed (%s), so the second carrier is asked", port, type(error).__name__)
    return Taken(second, plugs.get(second).send(parcel), made)


def _with_foot(port: str, parcel: Parcel) -> Parcel:
    """Say under a mail where one asks whether it is from here; a text message has no room for it."""
    if port != "mail" or not links.leads(ASK):
        return parcel
    foot = texts.say("pages.post.foot", parcel.language, link=links.address(ASK))
    return replace(parcel, body=f"{parcel.body.rstrip()}\n\n-- \n{foot}\n")


def _is_silence(error: Exception) -> bool:
    """Tell a carrier that may have taken the parcel from one that was not reached, by the error's name: any client's."""
    return isinstance(error, TimeoutError) or type(error).__name__ in ("ReadTimeout", "WriteTimeout", "ReadError")


def port_of(to: str) -> str:
    """Tell which port reaches an address or number."""
    return "mail" if "@" in to else "sms"


def owe(
    deed: journal.Deed, *, to: str, masked: str, subject: str, body: str, language: str, kind: str, life: timedelta,
    perishable: bool = False,
) -> UUID:  # fmt: skip
    """Owe one message as part of a deed; after `life` it is dropped unsent. Gives its id.

    A dead message stays sealed until its life ends, so that an operator can revive it; a `perishable` one is emptied at once.
    """
    made = uuid4()
    words = json.dumps({"to": to, "subject": subject, "body": body}, ensure_ascii=False).encode()
    Dispatch(
        id=made, port=port_of(to), kind=kind[:60], address_masked=masked[:120], sealed=_seal(made, words),
        language=language, created_at=deed.now, expires_at=deed.now + life,
        perishable=perishable,
    ).save(force_insert=True)  # fmt: skip
    deed.send(events.POST_OWED, {"dispatch": str(made)})
    return made


def _seal(dispatch_id: UUID, words: bytes) -> bytes:
    return crypto.seal_with(crypto.derive("post"), words, f"post:{dispatch_id}")


@outbox.courier(events.POST_OWED, always=True)
def carry(message: outbox.Message) -> outbox.Settle | None:
    """Hand one message to its carrier, unless it has left or run out."""
    found = Dispatch.objects.filter(id=message.payload["dispatch"]).first()
    if found is None or found.state in (Dispatch.SENT, Dispatch.EXPIRED):
        return None
    if message.now >= found.expires_at:
        drop_expired(message.now)
        return None
    if not found.sealed:
        return None  # it perished with its last attempt
    words = json.loads(crypto.open_with(crypto.derive("post"), found.sealed, f"post:{found.id}"))
    parcel = Parcel(found.id, words["to"], words["subject"], words["body"], found.language)
    try:
        taken = hand(found.port, parcel, message.attempts)
    except Refused as refused:
        _note_failure(found, "refused", message.now, dead=True)
        raise outbox.GiveUp("the carrier refused it") from refused
    except Exception as error:  # noqa: BLE001 (raised again below, without its words)
        _note_failure(found, type(error).__name__, message.now, dead=message.attempts >= outbox.MAX_ATTEMPTS)
        # Whatever a carrier says may repeat the address, and the outbox keeps last errors in the clear.
        raise ConnectionError(f"{found.port}: {type(error).__name__}") from None
    return partial(_settle_sent, found.id, taken, message.now)


def _settle_sent(dispatch_id: UUID, taken: Taken, now: datetime) -> None:
    prints.keep(taken.prints, now)
    sql.execute(
        "UPDATE base_dispatch SET state = 'sent', sealed = %s, tried_at = %s, receipt = %s, attempts = attempts + 1,"
        " last_error = '' WHERE id = %s",
        [
            b"",
            now,
            (taken.receipt if ":" not in taken.carrier else f"{taken.carrier} {taken.receipt}")[:200],
            dispatch_id,
        ],
    )


def _note_failure(found: Dispatch, error: str, now: datetime, *, dead: bool) -> None:
    """Write down that a carrier did not take it; one statement that commits by itself, since the message is put back."""
    sealed = b"" if dead and found.perishable else bytes(found.sealed)
    sql.execute(
        "UPDATE base_dispatch SET state = %s, sealed = %s, tried_at = %s, attempts = attempts + 1, last_error = %s"
        " WHERE id = %s",
        ["dead" if dead else "failed", sealed, now, error[:400], found.id],
    )


@outbox.every(timedelta(minutes=1))
def drop_expired(now: datetime) -> int:
    """Wipe mail and texts that ran out before they could be sent, and forget what became of old ones."""
    wiped = sql.execute(
        "UPDATE base_dispatch SET state = 'expired', sealed = %s"
        " WHERE state IN ('queued', 'failed', 'dead') AND expires_at <= %s",
        [b"", now],
    )
    return wiped + sql.execute(
        "DELETE FROM base_dispatch WHERE created_at < %s AND expires_at <= %s", [now - KEPT, now]
    )


def is_held_up(port: str) -> bool:
    """Tell whether the last attempt to send by a port failed, so that a page can say that it may take longer."""
    last = sql.row(
        "SELECT state FROM base_dispatch WHERE port = %s AND tried_at IS NOT NULL ORDER BY tried_at DESC LIMIT 1",
        [port],
    )
    return last is not None and last[0] in ("failed", "dead")


def list_newest(limit: int = 100) -> list[Dispatch]:
    """List the newest messages for the operator; what they say stays sealed."""
    return list(Dispatch.objects.defer("sealed").order_by("-created_at")[:limit])
