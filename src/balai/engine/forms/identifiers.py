"""Indonesian numbers that people carry: NIK, KK, NIP, NPWP. Only their form is judged here.

A number of the right form proves nothing about a person; say "format sesuai", never that it is valid.
Sources: Permendagri 58/2021 (area codes), dukcapil.klaten.go.id on the NIK's sixteen digits, Perka BKN 22/2007 (NIP),
PMK 112/2022 (NPWP of sixteen digits). The structure of the KK number is general knowledge, to be confirmed.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

_SPACING = re.compile(r"[\s.\-/\u2010-\u2015]+")


class WrongNumberError(ValueError):
    """The number does not have the form it must have; `code` names what is wrong, `params` the details."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


@dataclass(frozen=True, slots=True)
class Nik:
    """A NIK of the right form: what its digits say, and doubts that are no errors (`warnings` are message codes)."""

    digits: str
    birth_date: date
    is_woman: bool
    warnings: tuple[str, ...] = field(default=())

    @property
    def district(self) -> str:
        """Answer the six digits of the district (kecamatan) of first registration."""
        return self.digits[:6]


def only_digits(text: str, kind: str, lengths: Collection[int]) -> str:
    """Answer the digits without spaces, dots and dashes.

    :raises WrongNumberError: for letters (`digits_only`) or another length (`wrong_length`).
    """
    digits = _SPACING.sub("", text)
    if not digits.isascii() or not digits.isdigit():
        raise WrongNumberError("digits_only", kind=kind)
    if len(digits) not in lengths:
        raise WrongNumberError("wrong_length", kind=kind, wanted=" / ".join(map(str, sorted(lengths))), got=len(digits))
    return digits


def read_nik(
    text: str,
    *,
    today: date,
    districts: Collection[str] | None = None,
    birth_date: date | None = None,
    is_woman: bool | None = None,
) -> Nik:
    """Answer what a NIK says: `PPKKCC DDMMYY SSSS`, the day plus 40 for women, the serial from 0001.

    The century is not in the number: the recorded birth date decides, else the latest year that is not in the future.
    An unknown district, another birth date or sex are warnings: areas are re-coded, and a NIK never changes.
    :raises WrongNumberError: with code digits_only, wrong_length, nik_zero, nik_date or nik_serial.
    """
    digits = only_digits(text, "nik", (16,))
    if set(digits) == {"0"}:
        raise WrongNumberError("nik_zero")
    day, month, year, serial = (int(digits[at:end]) for at, end in ((6, 8), (8, 10), (10, 12), (12, 16)))
    woman = day > 40
    born = _date_of(day - 40 if woman else day, month, year, today=today, known=birth_date)
    if born is None:
        raise WrongNumberError("nik_date", digits=digits[6:12])
    if serial == 0:
        raise WrongNumberError("nik_serial")
    doubts = {
        "nik_district_unknown": districts is not None and digits[:6] not in districts,
        "nik_birth_date_differs": birth_date is not None and born != birth_date,
        "nik_sex_differs": is_woman is not None and woman != is_woman,
    }
    return Nik(digits, born, woman, tuple(code for code, found in doubts.items() if found))


def _date_of(day: int, month: int, year: int, *, today: date, known: date | None) -> date | None:
    candidates = [found for century in (2000, 1900, 1800) if (found := _safe_date(century + year, month, day))]
    if known in candidates:
        return known
    return next((found for found in candidates if found <= today), None)


def _safe_date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def read_kk(text: str, *, today: date) -> str:
    """Answer the sixteen digits of a family card number: `PPKKCC`, date of issue `DDMMYY`, serial.

    :raises WrongNumberError: with code digits_only, wrong_length, nik_zero, kk_date or nik_serial.
    """
    digits = only_digits(text, "kk", (16,))
    if set(digits) == {"0"}:
        raise WrongNumberError("nik_zero")
    day, month, year = (int(digits[at : at + 2]) for at in (6, 8, 10))
    if _date_of(day, month, year, today=today, known=None) is None:
        raise WrongNumberError("kk_date", digits=digits[6:12])
    if int(digits[12:]) == 0:
        raise WrongNumberError("nik_serial")
    return digits


def read_nip(text: str) -> str:
    """Answer the eighteen digits of a civil servant's number, birth date first.

    The second date is judged only for civil servants (PNS): the numbers of PPPK carry the year and 21 there, and their
    month may not be one. So a "month" above 12 passes only as 21.
    :raises WrongNumberError: with code digits_only, wrong_length or nip_date.
    """
    digits = only_digits(text, "nip", (18,))
    if _safe_date(int(digits[:4]), int(digits[4:6]), int(digits[6:8])) is None:
        raise WrongNumberError("nip_date", digits=digits[:8])
    month = int(digits[12:14])
    if not 1 <= month <= 12 and month != 21:
        raise WrongNumberError("nip_date", digits=digits[8:14])
    return digits


def read_npwp(text: str, *, today: date) -> str:
    """Answer a tax number as digits: 15 (old form), 16 (a NIK, or 0 and the old form), or 22 (NITKU of a branch).

    :raises WrongNumberError: with code digits_only, wrong_length, npwp_check, or those of the NIK.
    """
    digits = only_digits(text, "npwp", (15, 16, 22))
    if len(digits) == 15:
        _require_luhn(digits[:9])
    elif digits.startswith("0"):
        _require_luhn(digits[:10])
    else:
        read_nik(digits[:16], today=today)
    return digits


def _require_luhn(digits: str) -> None:
    doubled = (int(d) * (2 if index % 2 else 1) for index, d in enumerate(reversed(digits)))
    if sum(d - 9 if d > 9 else d for d in doubled) % 10:
        raise WrongNumberError("npwp_check")
