"""Forms as pages: the engine's fields, with answers and errors, made into questions that a template draws.

Names in HTML are those that `forms.from_post` reads. Nothing needs script: rows, searches, uploads and conditions are
buttons.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, tzinfo
from decimal import Decimal

from balai.base.pages import points
from balai.base.pages import texts as own
from balai.base.pages.parts import FormFault
from balai.engine import forms
from balai.engine.forms import CodeTable, Field, FieldError, Form, JudgingScope

Texts = Mapping[str, Mapping[str, object]]
CHOSEN = ("choice", "village", "choices", "boolean", "date", "time", "date-time")  # shown as understood, not as typed
FEW = 6  # so many options are radio buttons
LISTED = 30  # so many are one list; more are searched
VILLAGES = 100  # a town's villages are one list under their districts, as people know theirs
LONGEST_TEXT = 10_000  # characters the engine takes of an answer of several lines, when the author sets no limit
MAX_FILE = 20_000_000  # what the engine takes when the author sets no limit
FOUND = 15  # so many matches of a search are offered
TYPE_NAMES = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "application/pdf": "PDF",
    "image/webp": "WebP",
    "image/heic": "HEIC",
}
WIDGETS = {
    "text": "area",
    "boolean": "radios",
    "choices": "checks",
    "date": "date",
    "money": "money",
    "file": "file",
    "files": "files",
    "place": "place",
    "group": "group",
    "info": "info",
}
SHAPES = {"date": "date", "time": "time", "date-time": "moment"}
INPUTS: Mapping[str, Mapping[str, str]] = {
    "string": {"type": "text"},
    "number": {"type": "text", "inputmode": "decimal", "class": "w10"},
    "integer": {"type": "text", "inputmode": "numeric", "class": "w10"},
    "money": {"type": "text", "inputmode": "numeric"},
    "time": {"type": "text", "autocomplete": "off", "class": "w10"},
    "date-time": {"type": "text", "autocomplete": "off", "class": "w16"},
    "email": {"type": "email", "autocomplete": "email", "inputmode": "email", "class": "w24"},
    "phone": {"type": "tel", "autocomplete": "tel", "inputmode": "tel", "class": "w16"},
    "nik": {"type": "text", "inputmode": "numeric", "autocomplete": "off", "class": "w16 num"},
    "kk": {"type": "text", "inputmode": "numeric", "autocomplete": "off", "class": "w16 num"},
    "nip": {"type": "text", "inputmode": "numeric", "autocomplete": "off", "class": "w16 num"},
    "npwp": {"type": "text", "inputmode": "numeric", "autocomplete": "off", "class": "w16 num"},
    "url": {"type": "url", "inputmode": "url"},
}


@dataclass(frozen=True, slots=True)
class Option:
    """One answer to choose from; `id` is its control's id."""

    id: str
    value: str
    label: str
    chosen: bool = False
    help: str = ""


@dataclass(frozen=True, slots=True)
class Stored:
    """A file already kept for a field; `url` opens it, `picture_url` shows it small, both may be empty."""

    name: str
    size: int
    url: str = ""
    picture_url: str = ""

    @property
    def size_text(self) -> str:
        """Tell the size in words."""
        return size_text(self.size)


@dataclass(frozen=True, slots=True)
class Question:
    """One question ready to draw."""

    name: str
    widget: str
    label: str
    help: str = ""
    required: bool = False
    value: str = ""
    error: str = ""
    attrs: Mapping[str, str] = field(default_factory=dict)
    options: tuple[Option, ...] = ()
    groups: tuple[tuple[str, tuple[Option, ...]], ...] = ()
    parts: tuple[str, str, str] = ("", "", "")
    rows: tuple[tuple["Question", ...], ...] = ()
    item: str = ""
    stored: Stored | None = None
    several: tuple[Stored, ...] = ()  # of a question that takes several files, in their order
    offers: tuple[Option, ...] = ()  # rows of a group that may be ticked
    offer: str = ""  # what may be asked, or came of asking whom a row may name; "" where nothing is offered
    first: int = 0  # so many rows are ticked, before those that somebody wrote
    add: str = ""  # the group's own words for one more row
    point: str = ""  # of a place: latitude and longitude as they are typed
    said: str = ""  # of a place: its point in words
    far: bool = False  # of a place: its point lies outside the town
    empty: str = ""  # why there is nothing to choose from
    worked: bool = False  # shown, and worked out anew whenever another answer changes
    accept: str = ""
    accept_text: str = ""
    asks: bool = False  # other questions depend on the answer
    searched: str = ""
    more: bool = False
    found: int = 0
    may_add: bool = False
    least: int = 0
    marked: bool = False
    focus: bool = False  # where whoever asked for a further row goes on
    unit: str = ""  # what a number counts, in words behind its box
    shape: str = ""  # date, time or moment, where a hint says how it is written

    @property
    def described(self) -> str:
        """Name the elements that describe the control, for aria-describedby."""
        ids = [
            f"{self.name}-{part}"
            for part, there in (("hint", self.hint), ("unit", self.unit), ("fault", self.error))
            if there
        ]
        return " ".join(ids)

    @property
    def hint(self) -> str:
        """Give the help that stands under the label."""
        return self.help or (own.say(f"pages.form.{self.shape}_hint") if self.shape else "")

    @property
    def anchor(self) -> str:
        """Name the control an error leads to."""
        if self.widget == "date":
            return f"{self.name}-day"
        if self.widget in ("radios", "checks") and self.options:
            return self.options[0].id
        if self.widget == "search":
            return f"{self.name}-search"
        if self.widget == "place":
            return f"{self.name}-place-words"
        return self.name


@dataclass(frozen=True, slots=True)
class Drawing:
    """What drawing a form page needs beside its fields and answers."""

    form: Form
    scope: JudgingScope
    texts: Texts
    lang: str
    errors: Mapping[str, str] = field(default_factory=dict)
    stored: Mapping[str, Stored] = field(default_factory=dict)  # by document id
    searches: Mapping[str, str] = field(default_factory=dict)  # field name → words searched for
    marked: frozenset[str] = frozenset()  # fields the office asks to be corrected
    added: str = ""  # the group that just got a further row
    offering: Mapping[str, str] = field(default_factory=dict)  # how asking a registry for rows stands, by field
    filling: forms.Filling | None = None  # what is worked out and needed so far; made by `draw`
    own: bool = False  # who fills it in tells of themselves, so a browser may offer what it knows

    def worked(self, path: str) -> object:
        """Give what was worked out for a computed field at a path, None while it cannot be."""
        return self.filling.worked.get(path) if self.filling else None

    def needs(self, path: str) -> bool:
        """Tell whether the answer at a path is needed because of other answers."""
        return self.filling is not None and path in self.filling.needed

    def words(self, key: str, default: str = "") -> str:
        """Find the words of the service under a dotted key, in the page's language or another."""
        for lang in (self.lang, *(other for other in self.texts if other != self.lang)):
            node: object = self.texts.get(lang, {})
            for part in key.split("."):
                node = node.get(part) if isinstance(node, Mapping) else None
            if isinstance(node, str):
                return node
        return default


def say_errors(errors: Sequence[FieldError], texts: Texts, lang: str) -> dict[str, str]:
    """Put the first error of each path into words."""
    said: dict[str, str] = {}
    for error in errors:
        said.setdefault(error.path, forms.message(error, texts, lang))
    return said


def draw(drawing: Drawing, fields: Sequence[Field], answers: Mapping[str, object]) -> tuple[Question, ...]:
    """Make the questions of a page; computed and given fields are shown and not asked."""
    filled = replace(drawing, filling=forms.fill(drawing.form, answers, drawing.scope))
    return tuple(question(filled, one, answers) for one in fields)


def with_rows(questions: Sequence[Question]) -> Iterator[Question]:
    """Go through questions and those of their rows."""
    for one in questions:
        yield one
        yield from (inner for row in one.rows for inner in row)


def list_faults(drawing: Drawing, questions: Sequence[Question]) -> tuple[FormFault, ...]:
    """List the errors in the order of the page, each with the control to go to; those of no question come first."""
    anchors: dict[str, str] = {}
    for one in questions:
        anchors[one.name.replace("-", ".")] = one.anchor
        anchors |= {inner.name.replace("-", "."): inner.anchor for row in one.rows for inner in row}
    order = {path: at for at, path in enumerate(anchors)}
    found = sorted(drawing.errors.items(), key=lambda pair: order.get(pair[0], -1))
    return tuple(FormFault(anchors.get(path, anchors.get(path.split(".")[0], "main")), text) for path, text in found)


def question(drawing: Drawing, one: Field, answers: Mapping[str, object]) -> Question:
    """Make one question of a form."""
    if drawing.filling is None:
        drawing = replace(drawing, filling=forms.fill(drawing.form, answers, drawing.scope))
    answer = _answer(drawing, one, answers)
    if one.is_computed:
        return _shown(drawing, one, one.name, drawing.worked(one.name))
    if one.name in drawing.scope.given:
        return _shown(drawing, one, one.name, drawing.scope.given[one.name])
    if one.kind == "info":
        return _info(drawing, one, one.name)
    made = _group(drawing, one, answer) if one.kind == "group" else _single(drawing, one, one.name, one.name, answer)
    return replace(made, asks=_is_asked_about(drawing.form, one.name), marked=one.name in drawing.marked)


def _answer(drawing: Drawing, one: Field, answers: Mapping[str, object]) -> object:
    """Give what was answered, or what stands in a box that nobody touched yet."""
    if one.default is None or one.name in answers:
        return answers.get(one.name)
    if one.kind == "date" and isinstance(one.default, str) and forms.read_day_rule(one.default):
        return forms.day_of(one.default, drawing.scope.today, lambda: drawing.scope.working_days)
    return one.default


def _info(drawing: Drawing, one: Field, name: str) -> Question:
    return Question(
        name=name,
        widget="info",
        label=drawing.words(f"{one.text_key}.label"),
        help=drawing.words(f"{one.text_key}.text"),
        required=True,
    )


def _base(drawing: Drawing, one: Field, name: str, path: str) -> Question:
    return Question(
        name=name,
        widget=WIDGETS.get(one.kind, "input"),
        label=drawing.words(f"{one.text_key}.label", one.name),
        help=drawing.words(f"{one.text_key}.help"),
        required=one.required or drawing.needs(path),
        error=drawing.errors.get(path, ""),
        attrs=_attributes(one) | ({"autocomplete": AUTOFILL[one.name]} if drawing.own and one.name in AUTOFILL else {}),
        unit=drawing.words(f"{one.text_key}.unit") if one.kind in ("number", "integer") else "",
        shape=SHAPES.get(one.kind, ""),
    )


def _shown(drawing: Drawing, one: Field, name: str, value: object) -> Question:
    base = _base(drawing, one, name, name.replace("-", "."))
    text = forms.show(one, value, drawing.texts, drawing.lang, tables=drawing.scope.tables)
    reason = "pages.form.computed" if one.is_computed else "pages.form.given"
    words = base.help or own.say(reason, drawing.lang)
    return replace(base, widget="shown", value=text, help=words, required=True, worked=one.is_computed)


def _single(
    drawing: Drawing, one: Field, name: str, path: str, answer: object, row: Mapping[str, object] | None = None
) -> Question:
    base = _base(drawing, one, name, path)
    if one.kind in CHOSEN:
        answer = forms.as_taken(one, answer, drawing.scope)
    if one.kind in ("choice", "village", "choices"):
        return _choosing(drawing, one, base, answer, row)
    if one.kind == "boolean":
        return _yes_no(one, base, answer)
    if one.kind == "date":
        return replace(base, parts=date_parts(answer))
    if one.kind == "file":
        return _file(drawing, one, base, answer)
    if one.kind == "files":
        return _files(drawing, one, base, answer)
    if one.kind == "place":
        return _place(base, answer)
    return replace(base, value=plain(answer, drawing.scope.zone))


def _yes_no(one: Field, base: Question, answer: object) -> Question:
    said = str(answer).lower() if answer is not None else ""
    if one.must_be_true:
        return replace(
            base, widget="tick", value="true", options=(Option(base.name, "true", base.label, said == "true"),)
        )
    return replace(
        base,
        options=(
            Option(base.name, "true", own.say("pages.form.yes"), said == "true"),
            Option(f"{base.name}-2", "false", own.say("pages.form.no"), said == "false"),
        ),
    )


def _narrowed(drawing: Drawing, one: Field, table: CodeTable, row: Mapping[str, object] | None) -> CodeTable:
    """Give the rows of a table that the answers to other questions, of the same row first, leave to choose from."""
    around = drawing.filling.values if drawing.filling else {}
    return CodeTable(table.name, forms.narrowed(one, table, {**around, **(row or {})}))


def _choosing(
    drawing: Drawing, one: Field, base: Question, answer: object, row: Mapping[str, object] | None = None
) -> Question:
    chosen = {str(each) for each in answer} if isinstance(answer, list | tuple) else {str(answer)} if answer else set()
    source = "village" if one.kind == "village" else one.source
    table = drawing.scope.tables.get(source) if source else None
    if table is not None and one.filter:
        table = _narrowed(drawing, one, table, row)
        if not table.rows:
            before = [
                drawing.form.find(".".join(filter(None, (*one.key.split(".")[:-1], name)))) for _, name in one.filter
            ]
            before = [each or drawing.form.find(name) for each, (_, name) in zip(before, one.filter, strict=True)]
            labels = ", ".join(drawing.words(f"{each.text_key}.label", each.name) for each in before if each)
            return replace(base, widget="select", empty=own.say("pages.form.choose_before", label=labels))
    if table is not None and len(table.rows) > (VILLAGES if one.kind == "village" else LISTED):
        return _searching(drawing, base, table, next(iter(chosen), ""))
    if table is not None:
        rows = _sorted_villages(drawing, table.rows) if one.kind == "village" else table.rows
        codes: Sequence[str] = [row.code for row in rows]
    else:
        codes = one.options
    options = tuple(
        Option(
            base.name if at == 0 else f"{base.name}-{at + 1}",
            code,
            forms.option_name(one, code, drawing.texts, drawing.lang, tables=drawing.scope.tables),
            code in chosen,
            drawing.words(f"{one.text_key}.option_help.{code}"),
        )
        for at, code in enumerate(codes)
    )
    if one.kind == "choices":
        return replace(base, options=options)
    if len(options) <= FEW:
        return replace(base, widget="radios", options=options)
    return replace(base, widget="select", options=options, groups=_by_district(drawing, one, options))


def _sorted_villages(drawing: Drawing, rows: Sequence[forms.CodeRow]) -> list[forms.CodeRow]:
    """Sort villages by name, under the names of their districts."""
    districts = drawing.scope.tables.get("district")

    def place(row: forms.CodeRow) -> tuple[str, str]:
        district = districts.by_code.get(row.code[:8]) if districts is not None else None
        return (district.name(drawing.lang) if district else "", row.name(drawing.lang).casefold())

    return sorted(rows, key=place)


def _by_district(drawing: Drawing, one: Field, options: Sequence[Option]) -> tuple[tuple[str, tuple[Option, ...]], ...]:
    """Group villages under their districts, as people look for them."""
    districts = drawing.scope.tables.get("district") if one.kind == "village" else None
    if districts is None:
        return ()
    groups: dict[str, list[Option]] = {}
    for option in options:
        groups.setdefault(option.value[:8], []).append(option)
    return tuple(
        (districts.by_code[code].name(drawing.lang) if code in districts.by_code else code, tuple(found))
        for code, found in groups.items()
    )


def _searching(drawing: Drawing, base: Question, table: CodeTable, chosen: str) -> Question:
    words = drawing.searches.get(base.name, "")
    found = list(table.search(words, limit=FOUND + 1)) if words.strip() else []
    more, found = len(found) > FOUND, found[:FOUND]
    count = len(found)
    if chosen in table.by_code:
        found = [table.by_code[chosen], *(row for row in found if row.code != chosen)]
    options = tuple(
        Option(
            base.name if at == 0 else f"{base.name}-{at + 1}",
            row.code,
            row.name(drawing.lang),
            row.code == chosen,
            row.code,
        )
        for at, row in enumerate(found)
    )
    return replace(base, widget="search", options=options, searched=words, more=more, found=count, value=chosen)


def _file(drawing: Drawing, one: Field, base: Question, answer: object) -> Question:
    document = answer.get("document") if isinstance(answer, Mapping) else answer
    stored = drawing.stored.get(str(document)) if document else None
    types = ", ".join(TYPE_NAMES.get(each, each) for each in one.accept) or own.say("pages.form.accept_any")
    return replace(
        base,
        stored=stored,
        value=str(document or ""),
        accept=",".join(one.accept),
        accept_text=own.say(
            "pages.form.accept_photo" if any(each.startswith("image/") for each in one.accept) else "pages.form.accept",
            types=types,
            size=size_text(one.max_bytes or MAX_FILE),
        ),
    )


def _files(drawing: Drawing, one: Field, base: Question, answer: object) -> Question:
    held = [each for each in forms.files_of(answer) if isinstance(each, Mapping)]
    kept = tuple(drawing.stored.get(str(each.get("document"))) or _unnamed(each) for each in held)
    made = _file(drawing, one, base, None)
    most = one.max_items or forms.MAX_FILES
    words = f"{made.accept_text} {own.say('pages.form.several', most=most)}"
    return replace(made, several=kept, may_add=len(kept) < most, accept_text=words)


def _unnamed(held: Mapping[str, object]) -> Stored:
    size = held.get("size")
    return Stored(str(held.get("name") or ""), size if isinstance(size, int) else 0)


def _place(base: Question, answer: object) -> Question:
    told: Mapping[str, object] = answer if isinstance(answer, Mapping) else {"words": answer or ""}
    point = told.get("point") or ", ".join(
        str(told[each]) for each in ("latitude", "longitude") if told.get(each) is not None
    )
    said, far = points.tell(str(point))
    return replace(base, value=str(told.get("words") or ""), point=str(point), said=said, far=far)


def _group(drawing: Drawing, one: Field, answer: object) -> Question:
    base = _base(drawing, one, one.name, one.name)
    offered = drawing.scope.offers.get(one.name, ())
    ticked, given = forms.split_rows(answer, offered)
    first, least = len(ticked), max(one.min_items, 1 if one.required else 0)
    goes_to = first + len(given) - 1 if drawing.added == one.name else -1
    rows = given or [{} for _ in range(0 if offered else least)]
    return replace(
        base,
        add=drawing.words(f"{one.text_key}.add"),
        item=drawing.words(f"{one.text_key}.item", own.say("pages.form.item")),
        rows=tuple(_row(drawing, one, at, row, focus=at == goes_to) for at, row in enumerate(rows, first)),
        may_add=first + len(rows) < (one.max_items or 100),
        least=0 if offered else least,
        first=first,
        offer=drawing.offering.get(one.name, ""),
        offers=tuple(_offer(drawing, one, at, row, at in ticked) for at, row in enumerate(offered)),
    )


def _offer(drawing: Drawing, group: Field, at: int, row: Mapping[str, object], ticked: bool) -> Option:
    """Make the tick of one offered row: what its author shows of it, numbers of identity masked."""
    shows = group.offered.shows if group.offered else ()
    cells = [_told(drawing, group.fields[name], str(row.get(name) or "")) for name in shows]
    name, *more = [cell for cell in cells if cell] or [str(at + 1)]
    return Option(f"{group.name}-offered-{at}", str(at), name, ticked, " · ".join(more))


def mask_rows(group: Field, rows: object) -> object:
    """Answer rows that a registry may have told with their numbers of identity masked, to be shown."""
    if not isinstance(rows, list | tuple):
        return rows
    hidden = {name for name, one in group.fields.items() if one.kind in ("nik", "kk")}
    return [{name: _masked(str(value)) if name in hidden else value for name, value in row.items()} for row in rows]


def _masked(number: str) -> str:
    return f"{number[:4]}…{number[-4:]}" if len(number) == 16 else ""


def _told(drawing: Drawing, one: Field, value: str) -> str:
    if one.kind in ("nik", "kk"):
        return _masked(value)
    taken = forms.as_taken(one, value, drawing.scope)
    return forms.show(one, taken, drawing.texts, drawing.lang, tables=drawing.scope.tables)


def _row(
    drawing: Drawing, group: Field, at: int, row: Mapping[str, object], *, focus: bool = False
) -> tuple[Question, ...]:
    made = [_in_row(drawing, one, f"{group.name}-{at}-{one.name}", row) for one in group.fields.values()]
    first = next((one for one in made if one.widget not in ("shown", "info")), None)
    return tuple(replace(one, focus=focus) if one is first else one for one in made)


def _in_row(drawing: Drawing, one: Field, name: str, row: Mapping[str, object]) -> Question:
    path = name.replace("-", ".")
    if one.is_computed:
        return _shown(drawing, one, name, drawing.worked(path))
    if one.kind == "info":
        return _info(drawing, one, name)
    made = _single(drawing, one, name, path, _answer(drawing, one, row), row)
    group = drawing.form.find(path.split(".")[0])
    return replace(made, asks=group is not None and any(one.name in each.depends for each in group.fields.values()))


DIGITS = re.compile(r"\^?(\[0-9\]|\\d)(\{\d+(,\d*)?\}|[+*])?\$?")  # a pattern that takes nothing else
AUTOFILL = {"name": "name", "address": "street-address", "birth_date": "bday"}  # besides what their kinds say
COUNTED = 100  # characters; whoever has less room needs no count


def _attributes(one: Field) -> dict[str, str]:
    if one.kind == "text":
        return {"data-most": str(one.max_length or LONGEST_TEXT)}
    attrs = dict(INPUTS.get(one.kind, {"type": "text"}))
    if one.kind == "string" and DIGITS.fullmatch(one.pattern):
        attrs |= {"inputmode": "numeric", "class": "w16 num"}
    if one.kind == "string" and one.max_length >= COUNTED:
        attrs["data-most"] = str(one.max_length)
    elif one.kind == "string" and 0 < one.max_length <= 20:
        attrs["class"] = "w16"
    return attrs


def _is_asked_about(form: Form, name: str) -> bool:
    """Tell whether another question, page or computed value depends on this one."""
    return any(
        condition is not None and name in condition.reads for condition in (*(page.show_if for page in form.pages),)
    ) or any(name in one.depends for one in form.walk())


def plain(answer: object, zone: tzinfo | None = None) -> str:
    """Write an answer back into its box as a person would type it, a moment in the office's own time."""
    if answer is None:
        return ""
    if isinstance(answer, Decimal):
        return forms.format_number(answer, "id")
    if isinstance(answer, datetime):
        return plain_moment(answer.astimezone(zone or UTC))
    if isinstance(answer, time):
        return _plain_time(answer)
    return str(answer)


def plain_moment(local: datetime) -> str:
    """Write a moment into a box as people type it, in the zone it is in: 31/1/2026 14.05."""
    return f"{local.day}/{local.month}/{local.year} {_plain_time(local.time())}"


def _plain_time(at: time) -> str:
    return f"{at:%H.%M.%S}" if at.second else f"{at:%H.%M}"


def date_parts(answer: object) -> tuple[str, str, str]:
    """Take a date, or what a person typed for one, apart into day, month and year."""
    if isinstance(answer, date):
        return str(answer.day), str(answer.month), str(answer.year)
    text = str(answer or "")
    if "/" in text:
        day, month, year = (*text.split("/"), "", "")[:3]
        return day, month.lstrip("0"), year
    try:
        return date_parts(date.fromisoformat(text)) if text else ("", "", "")
    except ValueError:
        return text, "", ""


def size_text(size: int) -> str:
    """Tell a file's size in words, in thousands as people count: 340 KB, 5 MB."""
    if size < 1_000_000:
        return f"{max(1, round(size / 1000))} KB"
    return f"{size / 1_000_000:.1f}".replace(".0", "").replace(".", ",") + " MB"
