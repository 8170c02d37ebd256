"""What a form is: pages of fields, the tables its options come from, and what judging answers needs and returns."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from functools import cached_property

from balai.engine.forms.day_rules import PLAIN_WEEK, WorkingDays
from balai.engine.forms.feel import Condition

KINDS = (
    "string", "text", "number", "integer", "boolean", "money", "date", "time", "date-time", "email", "phone", "nik",
    "kk", "nip", "npwp", "village", "url", "place", "file", "files", "choice", "choices", "group", "info",
)  # fmt: skip
FEW = 6  # so many options are shown as radio buttons; more as a list with search


IDENTITY_NUMBERS = ("nik", "kk", "npwp")


@dataclass(frozen=True, slots=True)
class Offered:
    """Where the rows of a group may be ticked from: a registry, its list of them, and what of each is shown."""

    registry: str
    rows: str
    shows: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Field:
    """One question. `key` is its dotted name inside the form (`partners.name`), `kind` one of `KINDS`."""

    name: str
    kind: str
    form: str = ""
    key: str = ""
    required: bool = False
    required_if: Condition | None = None
    show_if: Condition | None = None
    compute: Condition | None = None
    default: object = None  # stands in the box until somebody writes there; never an answer by itself
    options: tuple[str, ...] = ()
    source: str = ""
    filter: tuple[tuple[str, str], ...] = ()  # a column of the source, and the field whose answer it must hold
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    earliest: str = ""  # an ISO date, or a day by rule: "today + 14 days"
    latest: str = ""
    min_length: int = 0
    max_length: int = 0  # 0: the kind's own limit
    pattern: str = ""
    accept: tuple[str, ...] = ()
    max_bytes: int = 0
    min_items: int = 0
    max_items: int = 0
    must_be_true: bool = False
    fields: Mapping[str, "Field"] = field(default_factory=dict)
    offered: Offered | None = None  # of a group: what of it a registry offers
    meaning: str = ""  # which fact it asks for, as in applicant.phone; "" leaves it to its name
    sensitive: bool = False
    printed: bool = False  # a letter of the service names it, so it is written in characters that letters can show
    line: int = 0

    @property
    def identifies(self) -> bool:
        """Tell whether it asks for a number that identifies a person, which is masked until somebody asks to see it."""
        return self.kind in IDENTITY_NUMBERS

    @property
    def text_key(self) -> str:
        """Answer where the field's words lie in the texts, as in `forms.apply.fields.partners.fields.name`."""
        return f"forms.{self.form}.fields.{self.key.replace('.', '.fields.')}"

    @property
    def is_computed(self) -> bool:
        """Tell whether the value is worked out from other answers and never asked."""
        return self.compute is not None

    @property
    def is_asked(self) -> bool:
        """Tell whether anybody answers it: it is neither worked out nor words alone."""
        return self.compute is None and self.kind != "info"

    @property
    def holds_files(self) -> bool:
        """Tell whether the answer is a file or several."""
        return self.kind in ("file", "files")

    @property
    def depends(self) -> frozenset[str]:
        """Name the answers that this field looks at, in its conditions or to choose its options by."""
        conditions = (self.show_if, self.compute, self.required_if)
        return frozenset(name for one in conditions if one for name in one.reads) | {name for _, name in self.filter}


@dataclass(frozen=True, slots=True)
class FormPage:
    """One page: the names of its fields in order, and when it is shown at all."""

    id: str
    fields: tuple[str, ...]
    show_if: Condition | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class Check:
    """A condition over several answers; where it fails the error is shown at `field` ("" for the whole form)."""

    id: str
    that: Condition
    field: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class NamedPeople:
    """Which answers name other people by their NIK: rows with a column, or a field of the form's own (`rows` is "")."""

    rows: str
    nik: str


@dataclass(frozen=True, slots=True, eq=False)
class Form:
    """A form as its author wrote it, ready to judge answers; `order` is the order in which fields can be worked out."""

    name: str
    pages: tuple[FormPage, ...]
    fields: Mapping[str, Field]
    checks: tuple[Check, ...] = ()
    order: tuple[str, ...] = ()
    file: str = ""
    people: NamedPeople | None = None  # each of whom must be another, and none the applicant

    def page(self, page_id: str) -> FormPage | None:
        """Answer the page with this id, None where there is none."""
        return next((page for page in self.pages if page.id == page_id), None)

    def page_of(self, name: str) -> FormPage | None:
        """Answer the page that asks a field."""
        return next((page for page in self.pages if name in page.fields), None)

    def find(self, path: str) -> Field | None:
        """Answer the field at an error path (`partners.0.name`) or a dotted key (`partners.name`)."""
        names = [part for part in path.split(".") if not part.isdecimal()]
        found: Field | None = None
        fields: Mapping[str, Field] = self.fields
        for name in names:
            found = fields.get(name)
            if found is None:
                return None
            fields = found.fields
        return found

    def walk(self) -> Iterator[Field]:
        """Answer every field, those of groups right after their group."""
        for one in self.fields.values():
            yield one
            yield from one.fields.values()


@dataclass(frozen=True, slots=True)
class CodeRow:
    """One entry of a table: its code, its name by language, and further columns by heading."""

    code: str
    names: Mapping[str, str]
    more: Mapping[str, str] = field(default_factory=dict)

    def name(self, lang: str) -> str:
        """Answer the name in this language, else in any, else the code."""
        return self.names.get(lang) or next((name for name in self.names.values() if name), self.code)


@dataclass(frozen=True)
class CodeTable:
    """A list of codes that options are taken from, such as the KBLI or the villages of the town."""

    name: str
    rows: tuple[CodeRow, ...]

    @cached_property
    def by_code(self) -> Mapping[str, CodeRow]:
        """Answer the rows by code."""
        return {row.code: row for row in self.rows}

    @cached_property
    def _searchable(self) -> tuple[tuple[str, CodeRow], ...]:
        return tuple((" ".join((row.code, *row.names.values())).casefold(), row) for row in self.rows)

    def search(self, words: str, *, limit: int = 50) -> tuple[CodeRow, ...]:
        """Answer the rows that hold every word in code or name, those whose name begins with the words first."""
        wanted = words.casefold().split()
        found = [(text, row) for text, row in self._searchable if all(word in text for word in wanted)]
        phrase = words.casefold().strip()
        found.sort(
            key=lambda pair: (
                not any(name.casefold().startswith(phrase) for name in pair[1].names.values()),
                len(pair[0]),
            )
        )
        return tuple(row for _, row in found[:limit])


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What the document store found out about an uploaded file; never what its sender claims. `size` in bytes."""

    name: str
    type: str
    size: int
    readable: bool = True


@dataclass(frozen=True, slots=True)
class JudgingScope:
    """What answers are judged against besides themselves.

    `now` is aware; `zone` is where "today" is decided (by default the zone of `now`). `reserved` holds the names
    made by
    the host (`case`, `applicant`, `unit`, `town`). `given` holds values of fields that are shown and not asked (once
    only);
    what is posted for those is ignored. `calendar` gives the working days that dates by rule count, asked only when one does.
    """

    now: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    reserved: Mapping[str, object] = field(default_factory=dict)
    tables: Mapping[str, CodeTable] = field(default_factory=dict)
    lang: str = "id"
    given: Mapping[str, object] = field(default_factory=dict)
    offers: Mapping[str, Sequence[Mapping[str, object]]] = field(default_factory=dict)  # what may be ticked, by field
    calendar: Callable[[], WorkingDays] | None = None
    zone: tzinfo | None = None

    @property
    def today(self) -> date:
        """Answer the date where the office is."""
        return self.now.astimezone(self.zone).date() if self.zone else self.now.date()

    @property
    def submitted(self) -> date | None:
        """Answer the day on which the application came in, None while there is no case."""
        case = self.reserved.get("case")
        day = case.get("submitted_date") if isinstance(case, Mapping) else None
        return day if isinstance(day, date) else None

    @property
    def working_days(self) -> WorkingDays:
        """Answer the calendar that working days are counted by, Monday to Friday where none was handed in."""
        return self.calendar() if self.calendar else PLAIN_WEEK


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing wrong with one answer: `path` such as `partners.0.name` ("" for the form), a stable `code`, details."""

    path: str
    code: str
    params: Mapping[str, object] = field(default_factory=dict)
    form: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of judging answers: those that are right, typed; the errors; and soft warnings for officers."""

    answers: Mapping[str, object]
    errors: tuple[FieldError, ...] = ()
    warnings: tuple[FieldError, ...] = ()
