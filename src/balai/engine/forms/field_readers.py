"""From what people type to what is kept: one reader per kind of field.

A reader takes any JSON value or text and answers the typed value (`Decimal`, `date`, `datetime`, `bool`, `str` …) or
raises `WrongValueError` with a message code. Numbers are read the Indonesian way: a dot groups thousands, a comma
begins
decimals; a single dot that cannot group thousands is taken for a decimal point.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, tzinfo
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from urllib.parse import urlsplit

import re2  # type: ignore[import-untyped]

from balai.engine.forms import identifiers
from balai.engine.forms.day_rules import day_of
from balai.engine.forms.form import Field, FileFacts, JudgingScope
from balai.engine.forms.glyphs import list_undrawable, name_characters
from balai.engine.forms.hidden import drop_hidden, is_blank
from balai.engine.forms.places import files_of

_FIRST_YEAR = 1700  # of a date; anything earlier is a slip of the hand
MAX_STRING = 500  # of a one-line answer whose author set no limit
MAX_TEXT = 10_000  # of an answer of several lines
MAX_FILE = 20_000_000
MAX_FILES = 10  # of a field that takes several, when its author set no limit
_GROUPED = re.compile(r"[1-9][0-9]{0,2}(\.[0-9]{3})+\Z")
_GROUPED_COMMA = re.compile(r"[1-9][0-9]{0,2}(,[0-9]{3})+\Z")
_PLAIN = re.compile(r"[0-9]{1,34}(\.[0-9]{1,67})?\Z")  # 34 digits, the first as far as the 34th place behind the point
_ISO_DATE = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})\Z")
_DAY_FIRST = re.compile(r"([0-9]{1,2})\s*[/.\-\s]\s*([0-9]{1,2})\s*[/.\-\s]\s*([0-9]{2,4})\Z")
_DAY_NAMED = re.compile(r"([0-9]{1,2})\s*[.\-\s]?\s*([^\W\d_]{3,9})\.?\s*[,\-\s]?\s*([0-9]{2,4})\Z")
_HOUR = r"(?:(?:pukul|pkl\.?|jam|at)\s*)?([0-9]{1,2})[:.]([0-9]{2})(?:[:.]([0-9]{2}))?(?:\s*([ap])\.?m\.?)?"
_TIME = re.compile(rf"{_HOUR}\Z", re.IGNORECASE)
_MOMENT = re.compile(rf"(?P<day>[^\n]{{5,30}}?)(?:\s*,\s*|\s+)(?P<hour>{_HOUR})\Z", re.IGNORECASE)
_MONTH = re.compile(
    r"(?:([0-9]{4})-([0-9]{1,2})|([0-9]{1,2})\s*[/.\-\s]\s*([0-9]{4})|([a-z]{3,9})\.?\s+([0-9]{4}))\Z", re.IGNORECASE
)
_EMAIL = re.compile(r"[^\s@<>(),;:\\\"\[\]]{1,64}@[^\s@<>(),;:\\\"\[\]]{1,253}\Z")
_DOMAIN = re.compile(r"(?!-)[\w-]{1,63}(?<!-)(\.(?!-)[\w-]{1,63}(?<!-))+\Z")
_VILLAGE = re.compile(r"([0-9]{2})\.?([0-9]{2})\.?([0-9]{2})\.?([0-9]{4})\Z")
_MONTHS = {
    month: number
    for number, names in enumerate(
        (
            "januari january jan", "februari february feb pebruari", "maret march mar", "april apr", "mei may",
            "juni june jun", "juli july jul", "agustus august agu agt aug ags", "september sep sept",
            "oktober october okt oct",
            "november nov nopember nop", "desember december des dec",
        ),
        start=1,
    )
    for month in names.split()
}  # fmt: skip
_FREE = {"string", "text"}  # in whose words a character that is not seen may have a meaning: a joiner, a soft hyphen
_TRUE = {"true", "1", "on", "yes", "ya"}
_FALSE = {"false", "0", "off", "no", "tidak"}
# U+FEFF marks how a file is stored; inside a text it says nothing and is forbidden in what is archived. Blanks that hold words
# together come with copied text; a whole note of them would be one word that fits no line.
_PASTED = {0xFEFF: "", 0x00A0: " ", 0x2007: " ", 0x202F: " "}
# control characters (Cc but for tab and new line), halves of a pair (Cs), and marks that make text read otherwise than it is
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")


class WrongValueError(ValueError):
    """An answer cannot be taken; `code` is a message code, `params` its details."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


def is_empty(raw: object) -> bool:
    """Tell whether nothing was answered: null, blanks, what nobody sees, an empty list or mapping."""
    return raw is None or (isinstance(raw, str) and is_blank(raw)) or raw in ([], {}, ())


def read_value(field: Field, raw: object, scope: JudgingScope, files: Mapping[str, FileFacts] | None) -> object:
    """Answer the typed value of one answer that is not empty and not a group.

    :raises WrongValueError: when it cannot be taken.
    """
    if field.kind == "file":
        return _read_file(field, raw, files)
    if field.kind == "files":
        return _read_files(field, raw, files)
    if field.kind == "choices":
        return _read_choices(field, raw)
    if isinstance(raw, str) and field.kind not in _FREE:
        raw = drop_hidden(raw)
    try:
        value = _READERS[field.kind](field, raw, scope)
    except identifiers.WrongNumberError as wrong:
        raise WrongValueError(wrong.code, **wrong.params) from None
    if field.printed and isinstance(value, str) and (letters := list_undrawable(value)):
        raise WrongValueError("not_drawable", characters=name_characters(letters))
    return value


def as_taken(field: Field, raw: object, scope: JudgingScope) -> object:
    """Answer what an answer is taken for, typed, so that it can be shown as such; one that cannot be taken as it is."""
    try:
        return raw if is_empty(raw) else read_value(field, raw, scope, None)
    except WrongValueError:
        return raw


def clean_text(raw: object, *, several_lines: bool = False) -> str:
    """Answer a text in NFC, trimmed; blanks of a one-line text become single spaces.

    :raises WrongValueError: `not_text`, or `control_characters` for what cannot be printed.
    """
    if not isinstance(raw, str):
        raise WrongValueError("not_text")
    text = unicodedata.normalize("NFC", raw.replace("\r\n", "\n").replace("\r", "\n").translate(_PASTED))
    text = text.strip() if several_lines else " ".join(text.split())
    if _UNPRINTABLE.search(text):
        raise WrongValueError("control_characters")
    return text


def read_number(raw: object) -> Decimal:
    """Answer a number as it is written in Indonesia (or plainly), exact and without trailing zeros.

    :raises WrongValueError: `not_number`, `number_ambiguous` or `number_too_large`.
    """
    number = _plain_number(raw) if not isinstance(raw, str) else _typed_number(raw)
    if not number.is_finite():
        raise WrongValueError("not_number")
    if number.is_zero():
        return Decimal(0)
    if len(number.as_tuple().digits) > 34 or not -33 <= number.adjusted() <= 33:
        raise WrongValueError("number_too_large")
    plain = f"{number:f}"
    return Decimal(plain.rstrip("0").rstrip(".") if "." in plain else plain)


def _plain_number(raw: object) -> Decimal:
    if isinstance(raw, bool) or not isinstance(raw, int | float | Decimal):
        raise WrongValueError("not_number")
    if isinstance(raw, int) and abs(raw) >= 10**34:  # before turning it to text, which Python bounds
        raise WrongValueError("number_too_large")
    return Decimal(repr(raw)) if isinstance(raw, float) else Decimal(raw)


def _typed_number(text: str) -> Decimal:
    text = re.sub(r"[\s\u00a0\u202f']", "", text).translate({0x2212: "-"})
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text.removeprefix("+"))
    try:
        return Decimal(sign + _without_grouping(digits))
    except InvalidOperation:
        raise WrongValueError("not_number") from None


def _without_grouping(text: str) -> str:
    dot, comma = text.rfind("."), text.rfind(",")
    if dot >= 0 and comma >= 0:
        groups, _, rest = text.rpartition("," if comma > dot else ".")
        pattern = _GROUPED if comma > dot else _GROUPED_COMMA
        if not pattern.match(groups):
            raise WrongValueError("not_number")
        text = groups.replace(".", "").replace(",", "") + "." + rest
    elif _GROUPED.match(text):
        text = text.replace(".", "")
    elif text.count(",") > 1 and _GROUPED_COMMA.match(text):
        text = text.replace(",", "")
    else:
        text = text.replace(",", ".")
    if not text.isascii() or not _PLAIN.match(text):
        raise WrongValueError("not_number")
    return text


def _read_number(field: Field, raw: object, scope: JudgingScope) -> object:
    return _within(field, read_number(raw))


def _read_integer(field: Field, raw: object, scope: JudgingScope) -> object:
    number = read_number(raw)
    if _decimals(number):
        raise WrongValueError("not_whole")
    return int(_within(field, number))


def _read_money(field: Field, raw: object, scope: JudgingScope) -> object:
    if isinstance(raw, str):
        raw = re.sub(r"(?i)^\s*(-?)\s*(rp|idr)\.?\s*", r"\1", raw)
        raw = re.sub(r",-+\s*$", "", raw)
        if re.fullmatch(r"\s*-?[1-9][0-9]{0,2},[0-9]{3}\s*", raw):
            raise WrongValueError("number_ambiguous", example=raw.strip().replace(",", "."))
    amount = read_number(raw)
    if _decimals(amount) > 2:
        raise WrongValueError("money_decimals")
    return _within(field, amount)


def _decimals(number: Decimal) -> int:
    return -int(number.as_tuple().exponent)


def _within(field: Field, number: Decimal) -> Decimal:
    if field.minimum is not None and number < field.minimum:
        raise WrongValueError("too_small", minimum=field.minimum)
    if field.maximum is not None and number > field.maximum:
        raise WrongValueError("too_large", maximum=field.maximum)
    return number


def read_date(raw: object) -> date:
    """Answer a date written as 17/08/1945, 17-8-1945, 17 Agustus 1945 or 1945-08-17.

    :raises WrongValueError: `not_date`, `year_four_digits` or `no_such_date`.
    """
    if isinstance(raw, datetime):
        raise WrongValueError("not_date")
    if isinstance(raw, date):
        if raw.year < _FIRST_YEAR:
            raise WrongValueError("year_four_digits")
        return raw
    if not isinstance(raw, str):
        raise WrongValueError("not_date")
    day, month, year = _date_parts(raw.strip())
    if len(year) != 4 or int(year) < _FIRST_YEAR:
        raise WrongValueError("year_four_digits")
    try:
        return date(int(year), month, int(day))
    except ValueError:
        raise WrongValueError("no_such_date") from None


def _date_parts(text: str) -> tuple[str, int, str]:
    if text.isascii() or _DAY_NAMED.match(text):
        if match := _ISO_DATE.match(text):
            return match[3], int(match[2]), match[1]
        if match := _DAY_FIRST.match(text):
            return match[1], int(match[2]), match[3]
        match = _DAY_NAMED.match(text)
        if match and text.isascii() and match[2].lower() in _MONTHS:
            return match[1], _MONTHS[match[2].lower()], match[3]
    raise WrongValueError("not_date")


def _read_date(field: Field, raw: object, scope: JudgingScope) -> object:
    value = read_date(raw)
    # An application that is corrected later was in time when it came; what happened since may be told in it all the same.
    since = scope.submitted if field.form == "apply" else None
    limits = ((field.earliest, since or scope.today), (field.latest, scope.today))
    earliest, latest = (day_of(text, day, lambda: scope.working_days) if text else None for text, day in limits)
    if earliest and value < earliest:
        raise WrongValueError("too_early", limit=earliest, today=field.earliest == "today")
    if latest and value > latest:
        raise WrongValueError("too_late", limit=latest, today=field.latest == "today")
    return value


def read_month(raw: str) -> date:
    """Answer the first day of a month written as 3/2026, Maret 2026 or 2026-03.

    :raises WrongValueError: `not_date`.
    """
    match = _MONTH.match(raw.strip()) if raw.isascii() else None
    if not match:
        raise WrongValueError("not_date")
    year, month = match[1] or match[4] or match[6], match[2] or match[3] or _MONTHS.get((match[5] or "").lower(), 0)
    if not _FIRST_YEAR <= int(year) < 9999 or not 1 <= int(month) <= 12:
        raise WrongValueError("not_date")
    return date(int(year), int(month), 1)


def _read_time(field: Field, raw: object, scope: JudgingScope) -> object:
    return read_time(raw)


def read_time(raw: object) -> time:
    """Answer a time of day written as 14.05, 14:05, pukul 14.05 or 2:05 pm, to the second.

    :raises WrongValueError: `not_time`.
    """
    if isinstance(raw, time):
        return raw.replace(microsecond=0, tzinfo=None)
    match = _TIME.match(raw.strip()) if isinstance(raw, str) and raw.isascii() else None
    if not match:
        raise WrongValueError("not_time")
    hour, half = int(match[1]), (match[4] or "").lower()
    if half and not 1 <= hour <= 12:
        raise WrongValueError("not_time")
    try:
        return time(hour % 12 + 12 * (half == "p") if half else hour, int(match[2]), int(match[3] or 0))
    except ValueError:
        raise WrongValueError("not_time") from None


def _read_date_time(field: Field, raw: object, scope: JudgingScope) -> object:
    return read_moment(raw, scope.zone or scope.now.tzinfo or UTC)


def read_moment(raw: object, zone: tzinfo) -> datetime:
    """Answer a moment written as 31/1/2026 14.05, 31 Januari 2026, pukul 14.05 or 2026-01-31 14:05, in UTC and to the second.

    :param zone: the office's own, for what names none.
    :raises WrongValueError: `not_date_time`, for a day without its time too.
    """
    try:
        value = raw if isinstance(raw, datetime) else _moment_of(raw.strip() if isinstance(raw, str) else "")
        if value.tzinfo is None:
            value = value.replace(tzinfo=zone)
        moment = value.astimezone(UTC).replace(microsecond=0)  # as exactly as a form can show it
        if not _FIRST_YEAR <= moment.year < 9999:
            raise ValueError("no zone could show it")
        return moment
    except (ValueError, OverflowError):
        raise WrongValueError("not_date_time") from None


def _moment_of(text: str) -> datetime:
    """Read a typed moment, which may have no zone. :raises ValueError: for what is none."""
    if typed := _MOMENT.match(text):
        return datetime.combine(read_date(typed["day"]), read_time(typed["hour"]))
    if ":" not in text and "T" not in text:
        raise ValueError("a day alone has no time")
    return datetime.fromisoformat(text)


def _read_string(field: Field, raw: object, scope: JudgingScope) -> object:
    text = clean_text(raw, several_lines=field.kind == "text")
    longest = field.max_length or (MAX_TEXT if field.kind == "text" else MAX_STRING)
    if len(text) < field.min_length:
        raise WrongValueError("too_short", minimum=field.min_length, got=len(text))
    if len(text) > longest:
        raise WrongValueError("too_long", maximum=longest, got=len(text))
    if field.pattern and not re2.search(field.pattern, text):
        raise WrongValueError("pattern")
    return text


def _read_email(field: Field, raw: object, scope: JudgingScope) -> object:
    local, _, domain = clean_text(raw).rpartition("@")
    domain = unicodedata.normalize("NFC", domain.lower())
    text = f"{local}@{domain}"
    if not _EMAIL.match(text) or not _DOMAIN.match(domain) or ".." in local or local[:1] == "." or local[-1:] == ".":
        raise WrongValueError("email")
    return text


def _read_phone(field: Field, raw: object, scope: JudgingScope) -> object:
    return read_phone(raw)


def read_phone(raw: object) -> str:
    """Answer a telephone number as E.164, Indonesian unless it says otherwise; one that is given out and has no extension.

    :raises WrongValueError: `phone`, or what `clean_text` raises.
    """
    return _as_e164(clean_text(drop_hidden(raw) if isinstance(raw, str) else raw))


@lru_cache(maxsize=16)  # an application's number is read for its form, for its holder and for what it is found by
def _as_e164(text: str) -> str:
    import phonenumbers  # only forms with a telephone number pay for loading it

    try:
        number = phonenumbers.parse(text, "ID")
    except phonenumbers.NumberParseException:
        raise WrongValueError("phone") from None
    if not phonenumbers.is_valid_number(number) or number.extension:
        raise WrongValueError("phone")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _read_url(field: Field, raw: object, scope: JudgingScope) -> object:
    text = clean_text(raw)
    try:
        parts = urlsplit(text)
        good = parts.scheme in ("http", "https") and _DOMAIN.match(parts.hostname or "") and not parts.username
        good = good and len(text) <= 2000 and " " not in text and parts.port != 0
    except ValueError:
        good = False
    if not good:
        raise WrongValueError("url")
    return text


def _read_boolean(field: Field, raw: object, scope: JudgingScope) -> object:
    word = raw.strip().lower() if isinstance(raw, str) else str(raw).lower() if isinstance(raw, bool) else ""
    if word not in _TRUE | _FALSE:
        raise WrongValueError("not_yes_no")
    value = word in _TRUE
    if field.must_be_true and not value:
        raise WrongValueError("must_accept")
    return value


def _read_village(field: Field, raw: object, scope: JudgingScope) -> object:
    match = _VILLAGE.match(raw.strip()) if isinstance(raw, str) and raw.isascii() else None
    if not match:
        raise WrongValueError("unknown")
    code = ".".join(match.groups())
    table = scope.tables.get("village")
    if table is not None and code not in table.by_code:
        raise WrongValueError("unknown")
    return code


def _read_choice(field: Field, raw: object, scope: JudgingScope) -> object:
    code = clean_text(raw)
    if field.source:
        table = scope.tables.get(field.source)
        if table is None or code not in table.by_code:
            raise WrongValueError("unknown")
    elif code not in field.options:
        raise WrongValueError("unknown")
    return code


def _read_choices(field: Field, raw: object) -> object:
    chosen = [raw] if isinstance(raw, str) else raw
    if not isinstance(chosen, list | tuple) or any(
        not isinstance(one, str) or one not in field.options for one in chosen
    ):
        raise WrongValueError("unknown")
    distinct = [option for option in field.options if option in chosen]
    if len(distinct) < field.min_items:
        raise WrongValueError("too_few", minimum=field.min_items)
    if field.max_items and len(distinct) > field.max_items:
        raise WrongValueError("too_many", maximum=field.max_items)
    return distinct


def _read_file(field: Field, raw: object, files: Mapping[str, FileFacts] | None) -> dict[str, object]:
    claimed = {"document": raw} if isinstance(raw, str) else raw
    if not isinstance(claimed, Mapping) or not isinstance(claimed.get("document"), str):
        raise WrongValueError("file_missing")
    document = str(claimed["document"])
    facts = files.get(document) if files is not None else _claimed_facts(claimed)
    if facts is None:
        raise WrongValueError("file_missing")
    if not facts.readable:
        raise WrongValueError("file_unreadable", name=facts.name)
    if facts.size == 0:
        raise WrongValueError("file_empty", name=facts.name)
    if field.accept and facts.type not in field.accept:
        raise WrongValueError("file_type", accept=field.accept, got=facts.type)
    if facts.size > (field.max_bytes or MAX_FILE):
        raise WrongValueError("file_too_large", maximum=field.max_bytes or MAX_FILE, got=facts.size)
    return {"document": document, "name": facts.name, "type": facts.type, "size": facts.size}


def _read_files(field: Field, raw: object, files: Mapping[str, FileFacts] | None) -> object:
    read = [_read_file(field, one, files) for one in files_of(raw)]
    distinct = list({str(one["document"]): one for one in read}.values())
    if len(distinct) < field.min_items:
        raise WrongValueError("too_few", minimum=field.min_items)
    if len(distinct) > (field.max_items or MAX_FILES):
        raise WrongValueError("too_many", maximum=field.max_items or MAX_FILES)
    return distinct


def _claimed_facts(claimed: Mapping[str, object]) -> FileFacts | None:
    name, kind, size = claimed.get("name"), claimed.get("type"), claimed.get("size")
    if not isinstance(name, str) or not isinstance(kind, str) or isinstance(size, bool) or not isinstance(size, int):
        return None
    return FileFacts(name, kind, size)


_POINT = re.compile(r"\s*(-?[0-9]{1,2}(?:\.[0-9]{1,12})?)\s*[,;\s]\s*(-?[0-9]{1,3}(?:\.[0-9]{1,12})?)\s*\Z")


def _read_place(field: Field, raw: object, scope: JudgingScope) -> object:
    told = {"words": raw} if isinstance(raw, str) else raw
    if not isinstance(told, Mapping) or is_empty(told.get("words")):
        raise WrongValueError("place_words")
    made: dict[str, object] = {"words": clean_text(told["words"], several_lines=True)}
    if len(str(made["words"])) > (field.max_length or MAX_STRING):
        raise WrongValueError("too_long", maximum=field.max_length or MAX_STRING, got=len(str(made["words"])))
    point = told.get("point")
    if is_empty(point) and "latitude" in told:
        point = f"{told['latitude']}, {told.get('longitude', '')}"
    return made if is_empty(point) else made | _point(point)


def _point(raw: object) -> dict[str, object]:
    match = _POINT.match(drop_hidden(raw)) if isinstance(raw, str) else None
    latitude, longitude = (Decimal(match[1]), Decimal(match[2])) if match else (Decimal(99), Decimal(0))
    if abs(latitude) > 90 or abs(longitude) > 180:
        raise WrongValueError("place_point")
    return {"latitude": latitude, "longitude": longitude}


def _identifier(reader: Callable[..., str], *, dated: bool) -> Callable[[Field, object, JudgingScope], object]:
    def read(field: Field, raw: object, scope: JudgingScope) -> object:
        if isinstance(raw, int) and not isinstance(raw, bool):
            raise WrongValueError("not_text")  # a number in JSON has already lost its leading zeros
        text = clean_text(raw)
        return reader(text, today=scope.today) if dated else reader(text)

    return read


def _nik_digits(text: str, *, today: date) -> str:
    return identifiers.read_nik(text, today=today).digits


_READERS: Mapping[str, Callable[[Field, object, JudgingScope], object]] = {
    "string": _read_string,
    "text": _read_string,
    "number": _read_number,
    "integer": _read_integer,
    "money": _read_money,
    "boolean": _read_boolean,
    "date": _read_date,
    "time": _read_time,
    "date-time": _read_date_time,
    "email": _read_email,
    "phone": _read_phone,
    "url": _read_url,
    "nik": _identifier(_nik_digits, dated=True),
    "kk": _identifier(identifiers.read_kk, dated=True),
    "nip": _identifier(identifiers.read_nip, dated=False),
    "npwp": _identifier(identifiers.read_npwp, dated=True),
    "village": _read_village,
    "place": _read_place,
    "choice": _read_choice,
}
