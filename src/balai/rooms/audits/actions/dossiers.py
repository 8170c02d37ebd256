"""Whole cases as one sealed file: asked for, put together by the worker, kept for a while, dropped."""

import json
import re
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from balai.base import access_log, crypto, intake, journal, journal_check
from balai.base.actors import Actor
from balai.base.commands import command, id_of, once
from balai.base.errors import Invalid, NotFound
from balai.base.pages import texts
from balai.base.pages.moments import moment
from balai.casework.cases import queries as cases
from balai.casework.cases import rules as case_rules
from balai.casework.issuing import bundles, proving, signing
from balai.casework.issuing import queries as issuing
from balai.casework.issuing import rules as issuing_rules
from balai.engine import forms
from balai.engine.letters import mask_document_number
from balai.records.documents import queries as documents
from balai.records.entrance import names
from balai.records.errors import wrong
from balai.rooms.audits import events, policy, queries
from balai.rooms.audits.actions.samples import PURPOSE_LEAST
from balai.rooms.audits.models import Dossier
from balai.rooms.audits.queries.dossiers import CONTEXT

MOST_BYTES = 40_000_000  # of documents and letters together
_ROOM = Actor("system", "clock", name="audits")
_FLAT = re.compile(r"[^\w.-]+")


@command("audits.gather", answer=id_of("dossier"))
def ask_dossier(*, command_id: UUID, actor: Actor, now: datetime, number: str, purpose: str, language: str) -> UUID:
    """Ask for a case as one sealed file; the reading is recorded, with the purpose, before anything else. Gives its id.

    :raises NotFound: for whoever is no auditor, and for a number that is none. :raises Invalid: `audit-purpose`.
    :raises NotAllowed: `protected-person`: such a file would hold what a protection hides.
    """
    author = policy.require_auditor(actor, now)
    purpose = intake.line(purpose, 100, "purpose")
    if len(purpose) < PURPOSE_LEAST:
        raise wrong("audit-purpose", "purpose")
    view = cases.audit_case(actor, number, now=now, purpose=purpose)
    cases.require_shown(actor, view.row.vault_id, now=now)
    with once() as deed:
        row = Dossier.objects.create(
            id=uuid5(deed.id, "dossier"), case_id=view.row.id, vault_id=view.row.vault_id, author_id=author, purpose=purpose,
            language=language, asked_at=now,
        )  # fmt: skip
        deed.record(_stream(row.id), "ask", {"case": str(view.row.id)})
        deed.send(events.DOSSIER_ASKED, {"dossier": str(row.id)})
        deed.answer = {"dossier": str(row.id)}
        return row.id


def note_step(*, command_id: UUID, now: datetime, dossier_id: UUID, step: str) -> None:
    """Note how far a file came, so that whoever waits can see it."""
    with journal.deed(command_id, actor=_ROOM, now=now, name="audits.step") as deed:
        if not deed.repeated:
            Dossier.objects.filter(id=dossier_id, state="waiting").update(step=step)


def keep_dossier(*, command_id: UUID, now: datetime, dossier_id: UUID, pdf: bytes, parts: int) -> None:
    """Keep a file that was made, sealed under its case's key."""
    sha256 = bundles.BundleFile("", "", "", pdf).sha256
    digest = journal.digest_of(str(dossier_id))
    with journal.deed(command_id, actor=_ROOM, now=now, name="audits.made", digest=digest) as deed:
        row = queries.find_dossier(dossier_id)
        if deed.repeated or row is None or row.state != "waiting":
            return
        sealed = crypto.seal(row.vault_id, pdf, f"{CONTEXT}:{row.id}")
        Dossier.objects.filter(id=row.id).update(
            state="made", step="", made_at=now, sha256=sha256, size=len(pdf), parts=parts, sealed=sealed
        )
        deed.record(_stream(row.id), "made", {"sha256": sha256, "parts": parts})


def fail_dossier(*, command_id: UUID, now: datetime, dossier_id: UUID, code: str) -> None:
    """Note that a file could not be made, by the code of what was in the way."""
    with journal.deed(command_id, actor=_ROOM, now=now, name="audits.failed", digest=journal.digest_of(code)) as deed:
        if not deed.repeated:
            Dossier.objects.filter(id=dossier_id, state="waiting").update(state="failed", step="", fault=code)
            deed.record(_stream(dossier_id), "failed", {"code": code})


@command("audits.drop", answer=lambda told: 0, actor=_ROOM)
def drop_dossier(*, command_id: UUID, now: datetime, dossier_id: UUID) -> int:
    """Take away a file that is kept no longer; that it was made stays. Tells how many went."""
    with once() as deed:
        gone = Dossier.objects.filter(id=dossier_id, state="made").update(state="dropped", sealed=None)
        if gone:
            deed.record(_stream(dossier_id), "drop", {})
        return gone


# ---- putting it together: no deed, nothing is changed ----------------------------------------------------------------


def build_dossier(dossier: Dossier, *, now: datetime, step: Callable[[str], object]) -> tuple[bytes, int]:
    """Put a case together as one sealed PDF/A-3; gives it, and how many files are inside. `step` is told how far it came.

    Whoever asked must still be an auditor; case, documents and letters are each recorded as read by them, first.
    :raises NotFound: :raises Invalid: `dossier-too-large`. :raises Unavailable: when there is no seal.
    :raises NotAllowed: `protected-person`.
    """
    actor = Actor("officer", "desk", dossier.author_id, second_factor=True)  # proved when it was asked for
    step("gather")
    number = cases.list_numbers([dossier.case_id])[dossier.case_id]
    view = cases.audit_case(actor, number, now=now, purpose=dossier.purpose)
    cases.require_shown(actor, view.row.vault_id, now=now)  # they may have come under protection meanwhile
    parts = _Gathering(view, actor, dossier, now).gather()
    told = bundles.write_manifest(parts, _facts(view, dossier, now))
    step("typeset")
    pdf = bundles.typeset(view.service, _cover(view, dossier, parts, now), [told, *parts], now=now)
    step("seal")
    return bundles.seal(pdf, now=now), len(parts) + 1


class _Gathering:
    """Gathers the parts of one case in order; the readings are recorded before anything is opened."""

    def __init__(self, view: cases.CaseView, actor: Actor, dossier: Dossier, now: datetime) -> None:
        self._view, self._actor, self._now = view, actor, now
        self._lang, self._purpose, self._bytes = dossier.language, f"audit: {dossier.purpose}", 0
        self._parts: list[bundles.BundleFile] = []

    def gather(self) -> list[bundles.BundleFile]:
        """Gather them all."""
        row = self._view.row
        self._json("kasus.json", "case", _case(self._view))
        self._json("riwayat.json", "timeline", _timeline(self._view))
        self._letters()
        self._documents()
        self._entries()
        if kept := queries.list_entries(f"archive:{row.id}"):
            self._lines("jurnal-arsip.jsonl", "archive", kept)
        self._json("pembacaan.json", "accesses", [
            {"at": at, "actor": actor, "purpose": purpose} for at, actor, purpose in cases.list_accesses(row.id, row.applicant_id)
        ])  # fmt: skip
        return self._parts

    def _letters(self) -> None:
        row, told = self._view.row, []
        for order, letter in enumerate(issuing.list_letters_of(row.id), 1):
            name = ""
            if letter.state in ("signed", "revoked"):
                self._record(f"letter:{letter.id}")
                words = issuing_rules.file_name(letter.title, letter.number, "")
                name = f"{order}-{words}.pdf"
                self._add(name, "application/pdf", letter.title, issuing.read_file(letter, row.key))
                self._proof(f"{order}-{words}-bukti.zip", letter.code)
            told.append(
                {
                    "file": name, "number": letter.number, "title": letter.title, "state": letter.state, "code": letter.code,
                    "sha256": letter.sha256, "signed_at": letter.signed_at, "signer": letter.signer_name,
                    "signer_title": letter.signer_title, "signer_nip": letter.signer_nip,
                    "signer_rank": letter.signer_rank, "automatic": letter.automatic, "void_reason": letter.void_reason,
                    "revoked_at": letter.revoked_at, "revoked_reason": letter.revoked_reason,
                }
            )  # fmt: skip
        self._json("surat.json", "letters", told)

    def _proof(self, name: str, code: str) -> None:
        """Add what proves a letter without us, where it can be proved already."""
        try:
            _, packed = proving.pack_proof(code, now=self._now)
        except NotFound:
            return
        self._add(name, "application/zip", texts.say("room_audits.dossier.part.letter_proof", self._lang), packed)

    def _entries(self) -> None:
        """Add the entries of the case's journal, and the proof of each that is in the public log."""
        stream = f"case:{self._view.row.id}"
        entries = queries.list_entries(stream)
        self._lines("jurnal.jsonl", "journal", entries)
        proofs = [
            {"stream": stream, "seq": one["seq"], "proof": proving.prove_entry(stream, one["seq"])} for one in entries
        ]
        self._lines("bukti-jurnal.jsonl", "proofs", proofs)

    def _documents(self) -> None:
        row, told = self._view.row, []
        for order, one in enumerate(documents.list_documents(row.vault_id), 1):
            if self._bytes + one.size > MOST_BYTES:
                raise Invalid("dossier-too-large")
            self._record(f"document:{one.id}")
            given = documents.name_with(one, row.key)
            name = f"dokumen-{order}-{_FLAT.sub('_', given)[-24:]}"
            self._add(name, one.media_type, given, documents.read_bytes(one.id))
            told.append({"file": name, "name": given, "id": one.id, "stored_at": one.stored_at, "scan": one.scan})
        self._json("dokumen.json", "documents", told)

    def _record(self, what: str) -> None:
        access_log.record_access(
            self._actor, purpose=self._purpose, object=what, person_id=self._view.row.applicant_id, now=self._now
        )

    def _json(self, name: str, what: str, content: object) -> None:
        said = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True, default=_plain)
        self._add(name, "application/json", texts.say(f"room_audits.dossier.part.{what}", self._lang), said.encode())

    def _lines(self, name: str, what: str, content: list[dict[str, Any]]) -> None:
        said = "".join(json.dumps(one, ensure_ascii=False, sort_keys=True, default=_plain) + "\n" for one in content)
        self._add(name, "text/plain", texts.say(f"room_audits.dossier.part.{what}", self._lang), said.encode())

    def _add(self, name: str, media_type: str, what: str, data: bytes) -> None:
        self._bytes += len(data)
        if self._bytes > MOST_BYTES:
            raise Invalid("dossier-too-large")
        self._parts.append(bundles.BundleFile(name, media_type, what, data))


def _plain(value: object) -> str:
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _masked(value: Any, names: Collection[str]) -> Any:
    """Give answers with every number of identity masked, as an auditor sees them on the pages."""
    if isinstance(value, Mapping):
        return {
            key: _said(str(key), each, names) if isinstance(each, str) else _masked(each, names)
            for key, each in value.items()
        }
    return [_masked(each, names) for each in value] if isinstance(value, list | tuple) else value


def _numbers(fields: Mapping[str, forms.Field]) -> set[str]:
    """Name the questions that ask for a number of identity, those in rows too."""
    return {name for name, one in fields.items() if one.identifies}.union(
        *(_numbers(one.fields) for one in fields.values())
    )


def _case(view: cases.CaseView) -> dict[str, Any]:
    row = view.row
    return {
        "number": row.number, "service": {"id": row.service_id, "version": view.service.version, "key": row.service_key},
        "unit": {"code": row.unit_code, "name": row.unit_name}, "channel": row.channel, "status": row.status,
        "outcome": row.outcome, "end_event": row.end_event, "submitted_at": row.submitted_at, "due_at": row.due_at,
        "closed_at": row.closed_at, "revision": row.revision,
        "answers": _masked(
            {key: value for key, value in row.data.items() if not key.startswith("_")},
            set().union(*(_numbers(form.fields) for form in view.service.forms.values())),
        ),
        "reasons": row.data.get("_reasons", {}),
        "tasks": [
            {
                "step": one.node, "role": one.role, "state": one.state, "opened_at": one.opened_at,
                "done_by": names.find_name(one.done_by_id) if one.done_by_id else "",
            }
            for one in row.tasks
        ],
        "pauses": [{"step": one.node, "from": one.started_at, "to": one.ended_at} for one in view.pauses],
        "notes": [{"at": at, "by": names.find_name(author), "text": text} for at, author, text in view.notes],
        "external_ids": [list(one) for one in view.external_ids],
    }  # fmt: skip


def _timeline(view: cases.CaseView) -> list[dict[str, Any]]:
    row = view.row
    return [
        {
            "at": one.at, "action": one.action, "step": one.node, "actor": one.actor,
            "by": names.say_actor(one.actor, applicant_id=row.applicant_id, reader=row.id),
        }
        for one in view.timeline
    ]  # fmt: skip


def _facts(view: cases.CaseView, dossier: Dossier, now: datetime) -> dict[str, Any]:
    row = view.row
    stream = journal.read_stream(f"case:{row.id}")
    position, head = journal_check.read_global_head()
    return {
        "kind": "berkas-perkara", "case": row.number, "service": row.service_id, "version": row.service_key,
        "made_at": now.isoformat(), "purpose": dossier.purpose, "dossier": str(dossier.id),
        "journal": {
            "stream": f"case:{row.id}", "entries": len(stream), "head": row.head.hash.hex(),
            "holds": all(line.holds for line in stream) and len(stream) == row.head.seq,
        },
        "log": {"entries": position, "head": head},
    }  # fmt: skip


def _cover(view: cases.CaseView, dossier: Dossier, parts: list[bundles.BundleFile], now: datetime) -> dict[str, Any]:
    """Put together what the cover says, and what of the case can be read at once."""
    lang, row, service = dossier.language, view.row, view.service

    def word(key: str, **params: object) -> str:
        return texts.say(f"room_audits.dossier.{key}", lang, **params)

    told = _facts(view, dossier, now)
    holds = word("holds" if told["journal"]["holds"] else "broken", entries=told["journal"]["entries"])
    outcome = (
        texts.say(f"room_audits.outcome.{row.outcome}", lang)
        if row.outcome
        else texts.say(f"room_audits.status.{row.status}", lang)
    )
    return {
        "lang": lang, "title": word("cover", number=row.number), "subtitle": service.text("title", lang), "author": row.unit_name,
        "sample": signing.signer().demonstration or not service.in_force,
        "words": {name: word(f"word.{name}") for name in ("fact", "value", "check", "parts", "name", "what", "bytes", "none", "sample")},
        "facts": [
            [word("fact.unit"), row.unit_name], [word("fact.submitted"), moment(row.submitted_at, lang)],
            [word("fact.outcome"), outcome], [word("fact.closed"), moment(row.closed_at, lang) if row.closed_at else "—"],
            [word("fact.purpose"), dossier.purpose], [word("fact.by"), names.find_name(dossier.author_id)],
            [word("fact.made"), moment(now, lang)], [word("fact.version"), f"{service.version} ({row.service_key[:16]})"],
            [word("fact.journal"), holds], [word("fact.head"), f"{told['log']['entries']} · {told['log']['head'][:32]}"],
        ],
        "check": [word(f"check.{one}") for one in ("seal", "parts", "journal")],
        "parts": [
            {"name": one.name, "what": one.what, "sha256": one.sha256, "size": forms.format_number(Decimal(len(one.data)), lang)}
            for one in parts
        ],
        "sections": [*_answers(view, lang), _passed(view, lang), _decided(view, lang), _sent(view, lang), _journal(view, lang)],
    }  # fmt: skip


def _section(
    lang: str, name: str, columns: tuple[str, ...], rows: list[list[str]], *, code: bool = False
) -> dict[str, Any]:
    said = [texts.say(f"room_audits.dossier.column.{one}", lang) for one in columns]
    return {
        "title": texts.say(f"room_audits.dossier.section.{name}", lang),
        "columns": said,
        "rows": rows,
        "code": code,
    }


def _answers(view: cases.CaseView, lang: str) -> list[dict[str, Any]]:
    made = []
    for key, answers in issuing.shown(view.row, view.service, lang, masked=True).items():
        form = case_rules.form_of(view.service, key)
        fields = form.fields if form is not None else {}
        rows = [
            [
                view.service.text(f"{fields[name].text_key}.label", lang, name) if name in fields else name,
                value,
            ]
            for name, value in answers.items()
            if value and not (name in fields and fields[name].holds_files)
        ]
        section = _section(lang, "answers", ("field", "value"), rows)
        made.append(
            {
                **section,
                "title": f"{section['title']}: {view.service.text(f'steps.{key}.title', lang, view.service.text('title', lang))}",
            }
        )
    return made


def _said(name: str, value: str, names: Collection[str]) -> str:
    if name == "document_number":
        return mask_document_number(value)
    return forms.mask_number(value) if name in names or "nik" in name.split("_") else value


def _passed(view: cases.CaseView, lang: str) -> dict[str, Any]:
    rows = [
        [
            moment(one.at, lang), " · ".join(filter(None, (one.action, one.node and view.service.text(f"steps.{one.node}.title", lang, one.node)))),
            names.say_actor(one.actor, applicant_id=view.row.applicant_id, reader=view.row.id),
        ]
        for one in view.timeline
    ]  # fmt: skip
    return _section(lang, "timeline", ("at", "action", "by"), rows)


def _decided(view: cases.CaseView, lang: str) -> dict[str, Any]:
    kept: Mapping[str, Any] = view.row.data.get("_reasons", {})
    rows = [
        [
            view.service.text(f"steps.{node}.title", lang, node),
            _lines_of(one.get("text", {}).get(lang) or one.get("text", {}).get("id")), str(one.get("version", "")),
        ]
        for node, one in kept.items()
    ]  # fmt: skip
    return _section(lang, "decisions", ("step", "reason", "version"), rows)


def _lines_of(said: object) -> str:
    """Write a rule's reasons, which may be several, one a line."""
    return "\n".join(map(str, said)) if isinstance(said, list | tuple) else str(said or "")


def _sent(view: cases.CaseView, lang: str) -> dict[str, Any]:
    rows = [
        [one.number, one.title, one.state, moment(one.signed_at, lang) if one.signed_at else "—"]
        for one in issuing.list_letters_of(view.row.id)
    ]
    return _section(lang, "letters", ("number", "title", "state", "at"), rows)


def _journal(view: cases.CaseView, lang: str) -> dict[str, Any]:
    rows = [
        [f"{line.seq} · {line.at.isoformat(timespec='seconds')}", f"{line.actor} · {line.action}\n{line.hash}"]
        for line in journal.read_stream(f"case:{view.row.id}")
    ]
    return _section(lang, "journal", ("entry", "hash"), rows, code=True)


def _stream(dossier_id: UUID) -> str:
    return f"audit-dossier:{dossier_id}"
