"""Pure rules of people: the shape of a NIK, masks, phone numbers, the order of identity levels."""

import json
import re
from collections.abc import Collection
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from typing import Any

import phonenumbers

from balai.engine import letters
from balai.engine.forms import WrongValueError, drop_hidden, read_phone

_LEVELS = ("none", "contact", "seen", "national")
_NIK = re.compile(r"[0-9]{16}")  # not \d, which takes the digits of every script


@dataclass(frozen=True, slots=True)
class Identity:
    """What identifies a person; sealed as one piece under their vault. Empty means not known."""

    name: str
    nik: str = ""  # or an organisation's registration number
    document: str = ""  # by which identity document they are known, where that holds no NIK (`letters.DOCUMENTS`)
    document_number: str = ""
    nationality: str = ""  # of a foreigner, in words
    birth_date: date | None = None
    birth_place: str = ""
    sex: str = ""  # "L" | "P", as the identity card writes it
    address: str = ""
    village: str = ""  # 10-digit Kemendagri code
    phone: str = ""  # E.164
    email: str = ""
    language: str = "id"
    nip: str = ""  # of an officer: 18 digits, as letters are signed with it
    rank: str = ""  # of an officer: its code, "III/b"

    def to_bytes(self) -> bytes:
        """Write it as the canonical JSON that is sealed."""
        tree = asdict(self) | {"birth_date": self.birth_date.isoformat() if self.birth_date else None}
        return json.dumps(tree, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> "Identity":
        """Read what `to_bytes` wrote; keys of a later version are left aside."""
        tree: dict[str, Any] = json.loads(data)
        known = {field.name for field in fields(cls)}
        tree["birth_date"] = date.fromisoformat(tree["birth_date"]) if tree.get("birth_date") else None
        return cls(**{key: value for key, value in tree.items() if key in known})


@dataclass(frozen=True, slots=True)
class SeenDocument:
    """An identity document in an officer's hand: its kind, its number as it is compared, and whose state it is of."""

    kind: str
    number: str
    nationality: str = ""

    @property
    def facts(self) -> dict[str, Any]:
        """Give what it says of its holder, as `Identity` keeps it; a NIK is a NIK on whichever card it stands."""
        if letters.DOCUMENTS[self.kind].holds_nik:
            return {"nik": self.number}
        return {"document": self.kind, "document_number": self.number, "nationality": self.nationality}

    @property
    def looked_up(self) -> tuple[str, str]:
        """Give by which kind of look-up and which value its holder is found: a passport's number is no NIK."""
        if letters.DOCUMENTS[self.kind].holds_nik:
            return "nik", self.number
        number = re.sub(r"[^A-Z0-9]", "", self.number)  # A-123 4567 and A1234567 are one passport
        return f"document:{self.kind}", f"{self.nationality.casefold()}:{number}"


def read_document(kind: str, number: str, nationality: str = "") -> SeenDocument | None:
    """Read an identity document; None for what cannot be its number, or for a foreigner's without nationality."""
    known = letters.DOCUMENTS.get(kind)
    if known is None or kind == "none":
        return None
    if known.holds_nik:
        return SeenDocument(kind, number) if read_nik(number) is not None else None
    written, state = letters.read_document_number(number), " ".join(nationality.split())
    return SeenDocument(kind, written, state) if written and (state or not known.foreign) else None


@dataclass(frozen=True, slots=True)
class NikFacts:
    """What the digits of a NIK say: where it was first registered, birth day and month, two-digit year, sex, serial."""

    district: str  # six digits
    day: int
    month: int
    year: int  # two digits
    female: bool
    serial: int


def read_nik(nik: str) -> NikFacts | None:
    """Read the digits of a NIK, or None when they cannot be one.

    Format only: a well-formed NIK proves nobody's identity. Source: domain reference 1.2 (day + 40 for women, serial
    from 0001).
    """
    if not _NIK.fullmatch(nik):
        return None
    day, month, year, serial = int(nik[6:8]), int(nik[8:10]), int(nik[10:12]), int(nik[12:])
    female = day > 40
    day -= 40 if female else 0
    if serial == 0 or int(nik[:6]) == 0 or not _is_date(2000 + year, month, day):
        return None  # years 00 to 99 are leap years alike in both centuries, but for 1900, which we let pass
    return NikFacts(nik[:6], day, month, year, female, serial)


def _is_date(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def mask_nik(nik: str) -> str:
    """Mask a NIK for display: 647205******0001."""
    return f"{nik[:6]}******{nik[12:]}" if len(nik) == 16 else "*" * len(nik)


def mask_name(name: str) -> str:
    """Mask a name for lists and public pages: the first letter of each word; lengths are not told."""
    return " ".join(f"{word[0]}***" for word in name.split())


def mask_contact(contact: str) -> str:
    """Mask an e-mail address or phone number so that its owner recognises it."""
    if "@" in contact:
        local, _, host = contact.partition("@")
        return f"{local[:1]}***@{host}"
    return f"{contact[:3]}***{contact[-3:]}" if len(contact) > 8 else "***"


def normalise_phone(text: str) -> str | None:
    """Write a phone number as it is compared, E.164 and Indonesian unless it says otherwise, or None when it cannot be one."""
    try:
        parsed = phonenumbers.parse(drop_hidden(text), "ID")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(parsed):
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def take_phone(text: str) -> str | None:
    """Read a phone number that somebody gives as theirs, by the reader of the services' forms; None for what it refuses."""
    try:
        return read_phone(text)
    except WrongValueError:
        return None


def normalise_email(text: str) -> str:
    """Write an e-mail address as it is compared: trimmed, lower case, without what nobody sees."""
    return drop_hidden(text).strip().lower()


def same_contact(typed: str, kept: str) -> bool:
    """Tell whether a typed contact is the one that was kept, in any way of writing it."""
    if not typed.strip() or not kept:
        return False
    if "@" in kept:
        return normalise_email(typed) == normalise_email(kept)
    return normalise_phone(typed) == normalise_phone(kept)


CODE_LETTERS = 8  # 40 random bits, living for a quarter of an hour


def join(kept: Identity, gone: Identity) -> Identity:
    """Give what is known of one person of whom two records were kept; the card's facts of `gone` were seen at a counter."""
    card = ("name", "birth_date", "birth_place", "sex")
    seen = {name: value for name in card if (value := getattr(gone, name))}
    told = ("address", "village", "phone", "email", "nip", "rank")
    lacking = {name: getattr(gone, name) for name in told if not getattr(kept, name)}
    return replace(kept, **seen, **lacking)


def reaches(level: str, wanted: str) -> bool:
    """Tell whether an identity level is at least the wanted one."""
    return _LEVELS.index(level) >= _LEVELS.index(wanted)


def higher(one: str, other: str) -> str:
    """Give the surer of two identity levels."""
    return max(one, other, key=_LEVELS.index)


# What a service's `applicant.on_behalf` calls each kind of mandate.
SERVICE_WORDS = {"family": "family", "power-of-attorney": "mandate", "business": "organisation"}


def fits(kind: str, on_behalf: Collection[str]) -> bool:
    """Tell whether a service lets somebody act by a kind of mandate."""
    return SERVICE_WORDS.get(kind) in on_behalf


def read_organisation_number(text: str) -> str | None:
    """Read a business number (NIB), 13 digits however they are spaced, or None. Source: domain reference 1.3 [V]."""
    digits = "".join(text.split())
    return digits if re.fullmatch(r"[0-9]{13}", digits) else None


def covers(services: list[str], service_id: str) -> bool:
    """Tell whether a mandate's list of services includes one; an empty list means all."""
    return not services or service_id in services


def is_another(known: Identity, card: Identity) -> bool:
    """Tell whether a card can hardly be that of whom its number names: another date of birth, or no word of the name alike."""
    born = known.birth_date and card.birth_date and known.birth_date != card.birth_date
    words, others = ({word for word in re.split(r"\W+", one.name.casefold()) if len(word) > 1} for one in (known, card))
    return bool(born) or bool(words and others and not words & others)
