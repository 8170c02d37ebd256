"""What a service's folder gives on paper without a hall: its form in both languages, and what an officer asks on the phone."""

import re
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from balai.engine import forms, letters, manifest

_SOURCE = Path(__file__).with_name("form.typ")
_NAME = "balai-form"  # no letter of a service is called so: its names are identifiers
_BOXES = {"nik": [16], "kk": [16], "nip": [18], "npwp": [16], "date": [2, 2, 4], "time": [2, 2]}
_LINK = re.compile(r"\[([^\]]+)\]\([^)]+\)")
_MOST = 12  # so many options are printed to be ticked; of more the answer is written
_KNOWN = {
    "name": ("Nama sesuai KTP-el", "Name as on the identity card"), "nik": ("NIK", "NIK"), "birth_place": ("Tempat lahir", "Place of birth"),
    "birth_date": ("Tanggal lahir", "Date of birth"), "address": ("Alamat", "Address"), "phone": ("Nomor telepon", "Phone"), "email": ("Surel", "E-mail"),
}  # fmt: skip
_WHO = {
    "resident": ("Penduduk", "Residents"), "anyone": ("Siapa saja", "Anybody"), "business": ("Pelaku usaha", "Businesses"), "officer": ("Pegawai kota", "Officers"),
}  # fmt: skip
_WHERE = {
    "kelurahan": ("Kantor kelurahan Anda", "Your village office"),
    "kecamatan": ("Kantor kecamatan Anda", "Your district office"),
}


def print_form(service: manifest.Service, *, url: str, now: datetime, phone: bool = False) -> bytes:
    """Typeset a service's form, or the phone script of it, as PDF. :raises Problems: for a folder without a letterhead's fonts."""
    data = forms.spell(paper_data(service, url=url, now=now, phone=phone))
    sources = {**service.letter_sources, f"letters/{_NAME}.typ": _SOURCE.read_bytes()}
    return letters.render(sources, _NAME, data, qr_svg=letters.qr_svg(data["url"]), created_at=now)


def paper_data(service: manifest.Service, *, url: str, now: datetime, phone: bool) -> dict[str, Any]:
    """Put together all that the paper says, each word in both languages."""
    form = service.forms["apply"]
    asked = [one for one in form.fields.values() if one.is_asked and one.name not in service.prefill]
    own = {"title": _both("Pemohon", "Applicant"), "questions": [_known(name) for name in _KNOWN]}
    return {
        "phone": phone,
        "title": _text(service, "title"),
        "summary": _text(service, "summary"),
        "version": service.version,
        "in_force": service.in_force,
        "url": f"{url.rstrip('/')}/layanan/{service.id}/ajukan/",
        "fee": _fee(service, now),
        "times": [_both(one.due.text("id"), one.due.text("en")) for one in service.time.promises],
        "where": _both(*_WHERE.get(service.handled_by.unit_kind or "", ("Loket kantor yang melayani", "The counter of the office in charge"))),
        "who": _both(*_WHO[service.who]),
        "requirements": _list(service, "standard.requirements"),
        "procedure": _list(service, "standard.procedure"),
        "complaints": _text(service, "standard.complaints"),
        "sections": [own, *_sections(service, {one.name for one in asked})],
        "evidence": [_text(service, f"{one.text_key}.label") for one in asked if one.holds_files],
        "statements": [_text(service, f"{one.text_key}.label") for one in asked if one.must_be_true],
        "basis": [f"{one.ref}{'' if one.status == 'confirmed' else ' (belum dikonfirmasi)'}" for one in service.legal_basis],
    }  # fmt: skip


def _sections(service: manifest.Service, asked: set[str]) -> Iterator[dict[str, Any]]:
    form = service.forms["apply"]
    for page in form.pages:
        fields = [form.fields[name] for name in page.fields if name in asked]
        questions = [_question(service, one) for one in fields if not one.holds_files and not one.must_be_true]
        if questions:
            yield {"title": _text(service, f"forms.apply.pages.{page.id}.title"), "questions": questions}


def _question(service: manifest.Service, one: forms.Field) -> dict[str, Any]:
    return {
        "label": _text(service, f"{one.text_key}.label"),
        "help": service.text(f"{one.text_key}.help", "id", ""),
        "optional": not one.required or one.show_if is not None,
        "options": _options(service, one),
        "boxes": _BOXES.get(one.kind, []),
        "lines": 3 if one.kind == "text" else 1,
        "columns": [_text(service, f"{each.text_key}.label") for each in one.fields.values() if each.is_asked],
    }


def _options(service: manifest.Service, one: forms.Field) -> list[dict[str, str]]:
    if one.kind == "boolean":
        return [_both("Ya", "Yes"), _both("Tidak", "No")]
    named = (
        tuple(forms.option_name(one, code, service.texts, lang, tables=service.tables) for lang in ("id", "en"))
        for code in one.options
    )
    return [_both(*each) for each in named] if len(one.options) <= _MOST else []


def _known(name: str) -> dict[str, Any]:
    kind = "date" if name == "birth_date" else name
    return {"label": _both(*_KNOWN[name]), "help": "", "optional": name == "email", "options": [], "boxes": _BOXES.get(kind, []), "lines": 1, "columns": []}  # fmt: skip


def _fee(service: manifest.Service, now: datetime) -> dict[str, str]:
    today = now.astimezone(ZoneInfo(service.zone)).date()
    told = service.fee.evaluate({"town": service.town_at(today)}, now=now) if service.fee is not None else 0
    amount = Decimal(told) if isinstance(told, Decimal | int) else None
    if amount is None:
        return _both(
            "Tergantung permohonan; diberitahukan sebelum dibayar", "Depends on the request; told before it is paid"
        )
    return (
        _both(*(f"Rp{forms.format_number(amount, lang)}" for lang in ("id", "en")))
        if amount
        else _both("Gratis", "Free")
    )


def _list(service: manifest.Service, key: str) -> list[dict[str, str]]:
    own, other = (service.text_list(key, lang) for lang in ("id", "en"))
    return [_both(each, other[at] if at < len(other) else "") for at, each in enumerate(own)]


def _text(service: manifest.Service, key: str) -> dict[str, str]:
    return _both(service.text(key, "id", ""), service.text(key, "en", ""))


def _both(own: str, other: str) -> dict[str, str]:
    """Take the addresses out of links to the hall's pages: on paper only their words are read."""
    return {"id": _LINK.sub(r"\1", own), "en": _LINK.sub(r"\1", other)}
