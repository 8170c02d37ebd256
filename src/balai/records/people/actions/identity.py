"""Who somebody is: bound to a card at a counter, by a code their account showed, or by the national provider."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from balai.base import access_log, codes, crypto, journal
from balai.base.actors import Actor
from balai.base.errors import Conflict, NotAllowed, NotFound
from balai.records.errors import require_drawable, wrong
from balai.records.people import events, policy, queries, rules
from balai.records.people.actions.joining import join_records
from balai.records.people.actions.persons import register_person
from balai.records.people.actions.rows import fingerprint, lock_person, open_details, reseal
from balai.records.people.models import Binding, CounterCode, Level, Person

COUNTER_CODE_LIFE = timedelta(minutes=15)
COPYING = timedelta(minutes=15)  # how long an officer who has typed a code may take over the card


def bind_identity(
    *,
    command_id: UUID,
    actor: Actor,
    now: datetime,
    person_id: UUID,
    nik: str,
    name: str,
    birth_date: date | None,
    birth_place: str = "",
    sex: str = "",
    address: str = "",
    village: str = "",
    evidence: str = "ktp-el",
    reason: str,
    document: rules.SeenDocument | None = None,
) -> None:
    """Bind a person, for good, to the identity card an officer holds in hand while the person stands at the counter.

    `document` is another one than a KTP-el, in place of the NIK.
    :raises Invalid: `nik-format`, or when no reason is given.
    :raises Conflict: `identity-bound` for another NIK than before; `identity-elsewhere` when the NIK is someone else's,
        which is told without a hint whose, and written to the security log.
    """
    policy.require_officer(actor)
    if actor.person_id == person_id:
        raise NotAllowed("four-eyes")
    seen = document or _card(nik)
    if not reason.strip():
        raise wrong("invalid", "reason")
    require_drawable(name=name, birth_place=birth_place, address=address)
    known = {"name": name, "birth_date": birth_date, "birth_place": birth_place, "sex": sex}
    known |= {key: value for key, value in (("address", address), ("village", village)) if value}
    _bind(
        command_id, actor, now, person_id, Level.SEEN, known, evidence if document is None else seen.kind, reason, seen
    )


def _card(nik: str) -> rules.SeenDocument:
    """Read a KTP-el by its NIK. :raises Invalid: `nik-format`."""
    seen = rules.read_document("ktp", nik)
    if seen is None:
        raise wrong("nik-format", "nik")
    return seen


def seen_document(identity: rules.Identity) -> rules.SeenDocument:
    """Read the document by which somebody names themself. :raises Invalid: `nik-format`; `document-format`."""
    if not identity.document:
        return _card(identity.nik)
    seen = rules.read_document(identity.document, identity.document_number, identity.nationality)
    if seen is None:
        raise wrong(
            "document-format", "nik" if identity.document_number == "" or identity.nationality else "nationality"
        )
    return seen


def know_by_card(
    *, command_id: UUID, actor: Actor, now: datetime, identity: rules.Identity, reason: str, sure: bool = False
) -> UUID:
    """Find or register whoever stands at a counter and bind them to the card an officer holds, all in one deed; give the person.

    :raises Invalid: `nik-format`, or without name or reason. :raises NotAllowed: `four-eyes` for the officer themselves.
    :raises Conflict: `card-differs` when the number is recorded with another date of birth or a wholly different name, as when a
        digit was copied wrongly, until the officer is `sure` that the card says so: then it is done, and written down all the
        same; `identity-elsewhere` when two counters registered the same card in this very moment.
    """
    policy.require_officer(actor)
    seen = seen_document(identity)
    if missing := [field for field, given in (("name", identity.name), ("reason", reason)) if not given.strip()]:
        raise wrong("invalid", *missing)
    require_drawable(name=identity.name, birth_place=identity.birth_place, address=identity.address)
    digest = journal.digest_of(fingerprint(identity), reason)
    try:
        with journal.deed(
            command_id, actor=actor, now=now, name="people.know_by_card", digest=digest, lost="identity-elsewhere"
        ) as deed:
            if deed.repeated:
                return UUID(deed.answer["person"])
            person_id = queries.find_person_by_document(seen)
            if person_id is not None and rules.is_another(queries.get_person(person_id, hold=True).identity, identity):
                if not sure:
                    raise Conflict("card-differs")
                access_log.record_security("card-differs", actor=actor.reference, now=now, sure=True)
            person_id = person_id or register_person(
                command_id=uuid5(command_id, "register"), actor=actor, now=now, identity=identity
            )
            _bind_to_card(uuid5(command_id, "bind"), actor, now, person_id, identity, reason, seen)
            deed.answer = {"person": str(person_id)}
            return person_id
    except Conflict as refusal:
        _alarm(refusal, actor, now)
        raise


def _bind_to_card(
    command_id: UUID, actor: Actor, now: datetime, person_id: UUID, identity: rules.Identity, reason: str,
    seen: rules.SeenDocument,
) -> None:  # fmt: skip
    bind_identity(
        command_id=command_id, actor=actor, now=now, person_id=person_id, nik=identity.nik, name=identity.name,
        birth_date=identity.birth_date, birth_place=identity.birth_place, sex=identity.sex, address=identity.address,
        village=identity.village, reason=reason, document=seen if identity.document else None,
    )  # fmt: skip


def bind_national_identity(
    *, command_id: UUID, actor: Actor, now: datetime, person_id: UUID, nik: str, name: str, birth_date: date | None,
    provider: str,
) -> None:  # fmt: skip
    """Bind the person of an account to the identity that the national provider vouched for at sign-in.

    Whoever came to a counter before, without an account, is the same person: all that is theirs becomes this person's, as
    when an officer binds the account. Nobody's account is taken.
    :raises Invalid: `nik-format`.
    :raises Conflict: `other-account` when the NIK opens another account; `identity-elsewhere`, `identity-bound`; each of
        these is written to the security log.
    """
    seen = _card(nik)
    known = {key: value for key, value in (("name", name), ("birth_date", birth_date)) if value}
    evidence = f"oidc:{provider}"[:40]
    digest = journal.digest_of(person_id, fingerprint((nik, name, birth_date)), evidence)
    try:
        with journal.deed(command_id, actor=actor, now=now, name="people.bind_national", digest=digest) as deed:
            if not deed.repeated:
                lock_person(person_id)
                _bind_joining(
                    deed, person_id, Level.NATIONAL, known, evidence, "vouched by the provider", seen, agreed=True
                )
    except Conflict as refusal:
        _alarm(refusal, actor, now, person=str(person_id))
        raise Conflict("other-account") if refusal.code == "has-account" else refusal from None


def make_counter_code(*, command_id: UUID, actor: Actor, now: datetime) -> str:
    """Make the code by which a signed-in person shows an officer at a counter which account is theirs; an older one lapses.

    The letters follow from the command under the town's key, so that a second click shows the same ones and nothing keeps them.
    :raises NotFound: for whoever is not signed in. :raises Conflict: `already-bound`; `counter-code` when it was used since.
    """
    if actor.kind != "person" or actor.person_id is None:
        raise NotFound
    letters = codes.spell(crypto.lookup_hash("counter-code-letters", f"{command_id}:{actor.person_id}"))
    letters = letters[: rules.CODE_LETTERS]
    digest = journal.digest_of(actor.person_id)
    with journal.deed(command_id, actor=actor, now=now, name="people.make_counter_code", digest=digest) as deed:
        if deed.repeated:
            if queries.find_counter_code(letters, now) is None:
                raise Conflict("counter-code")
            return letters
        person = lock_person(actor.person_id)
        if rules.reaches(person.identity_level, Level.SEEN):
            raise Conflict("already-bound")
        CounterCode.objects.filter(person=person).delete()
        code = CounterCode.objects.create(
            person=person, digest=queries.code_digest(letters), made_at=now, expires_at=now + COUNTER_CODE_LIFE
        )
        deed.record(f"person:{person.id}", events.COUNTER_CODE_MADE, {"code": str(code.id)})
        return letters


def bind_account(
    *, command_id: UUID, actor: Actor, now: datetime, code_id: UUID, nik: str, name: str, birth_date: date | None,
    join: bool = False, reason: str, document: rules.SeenDocument | None = None,
) -> UUID:  # fmt: skip
    """Bind the person of an online account to the card an officer holds, by the code its holder showed; give the person.

    Whoever came to a counter before, without an account, is the same person: with `join` all that is theirs becomes the
    account's person's. Nobody's account is taken: a card that already opens another one is refused.
    :raises Invalid: `nik-format`, without name or reason. :raises NotAllowed: `four-eyes` for one's own account.
    :raises Conflict: `counter-code` when it was used or is too old; `known-here` without `join`; `has-account`,
        `identity-elsewhere`, `identity-bound`, each of these written to the security log.
    """
    policy.require_officer(actor)
    seen = document or _card(nik)
    if missing := [field for field, given in (("name", name), ("reason", reason)) if not given.strip()]:
        raise wrong("invalid", *missing)
    require_drawable(name=name)
    digest = journal.digest_of(
        code_id, fingerprint((*seen.looked_up, name, birth_date) if document else (nik, name, birth_date)), join, reason
    )
    try:
        with journal.deed(command_id, actor=actor, now=now, name="people.bind_account", digest=digest) as deed:
            if deed.repeated:
                return UUID(deed.answer["person"])
            person_id = _use_code(actor, now, code_id)
            known = {"name": name.strip(), "birth_date": birth_date}
            shown = seen.kind if document else "ktp-el"
            _bind_joining(deed, person_id, Level.SEEN, known, shown, reason, seen, agreed=join)
            deed.answer = {"person": str(person_id)}
            return person_id
    except Conflict as refusal:
        _alarm(refusal, actor, now, code=str(code_id))
        raise


def _use_code(actor: Actor, now: datetime, code_id: UUID) -> UUID:
    """Use a code up, under its person's lock, so that of two officers one comes first and a newer code waits."""
    person_id = CounterCode.objects.filter(id=code_id).values_list("person_id", flat=True).first()
    if person_id is None:
        raise Conflict("counter-code")
    if person_id == actor.person_id:
        raise NotAllowed("four-eyes")
    lock_person(person_id)
    code = CounterCode.objects.filter(id=code_id, used_at__isnull=True).first()
    if code is None or now >= code.expires_at + COPYING:
        raise Conflict("counter-code")
    CounterCode.objects.filter(id=code_id).update(used_at=now)
    return person_id


def _bind_joining(
    deed: journal.Deed, person_id: UUID, level: str, known: dict[str, Any], evidence: str, reason: str,
    seen: rules.SeenDocument, *, agreed: bool,
) -> None:  # fmt: skip
    """Bind a person as part of a deed, and make one of them and of whoever bears the NIK already, without an account."""
    other = Person.objects.filter(nik_hash=queries.document_mark(seen)).exclude(id=person_id).first()
    joined, born, vouched = None, known.get("birth_date"), level == Level.NATIONAL
    if other is not None:
        joined = join_records(deed, person_id, other.id, born, agreed=agreed, vouched=vouched)
    _bind(uuid5(deed.id, "bind"), deed.actor, deed.now, person_id, level, known, evidence, reason, seen)
    if joined:  # after the inner deed, which wrote to the same stream
        for stream in joined["kept"], joined["gone"]:
            deed.record(f"person:{stream}", events.PERSONS_JOINED, joined)
        deed.send(events.TOPIC_PERSONS_JOINED, {"kept": joined["kept"], "gone": joined["gone"]})


def _bind(
    command_id: UUID, actor: Actor, now: datetime, person_id: UUID, level: str, known: dict[str, Any], evidence: str,
    reason: str, seen: rules.SeenDocument,
) -> None:  # fmt: skip
    mark = queries.document_mark(seen)
    digest = journal.digest_of(person_id, level, mark.hex(), evidence, reason)
    try:
        with journal.deed(
            command_id, actor=actor, now=now, name="people.bind_identity", digest=digest, lost="identity-elsewhere"
        ) as deed:
            if deed.repeated:
                return
            person = lock_person(person_id)
            if person.nik_hash is not None and bytes(person.nik_hash) != mark:
                raise Conflict("identity-bound")
            if Person.objects.filter(nik_hash=mark).exclude(id=person_id).exists():
                raise Conflict("identity-elsewhere")
            raised = not rules.reaches(person.identity_level, level)
            person.nik_hash, person.identity_level = mark, rules.higher(person.identity_level, level)
            reseal(person, replace(open_details(person), **known, **seen.facts), now)
            binding = Binding.objects.create(
                person=person, level=level, bound_at=now, officer_id=actor.person_id, evidence=evidence, reason=reason
            )
            body = {"level": level, "evidence": evidence, "binding": str(binding.id)}
            deed.record(f"person:{person_id}", events.IDENTITY_BOUND, body)
            if raised:  # a card that is shown again at each visit is no news
                deed.send(events.TOPIC_IDENTITY_BOUND, {"binding": str(binding.id)})
    except Conflict as refusal:
        # After the deed has rolled back: the alarm must stay when the attempt does not.
        access_log.record_security(refusal.code, actor=actor.reference, now=now, person=str(person_id))
        raise


def _alarm(refusal: Conflict, actor: Actor, now: datetime, **body: str) -> None:
    """Write down that a number was claimed that is another's, once the whole deed has rolled back."""
    if refusal.code in ("has-account", "identity-elsewhere", "identity-bound", "card-differs"):
        access_log.record_security(refusal.code, actor=actor.reference, now=now, **body)
