"""Judging answers: which questions apply, what the answers mean, and what is wrong with them.

Fields are worked out in the order in which they depend on each other, so that a hidden answer counts as absent for
everything that looks at it. Whatever is posted for hidden, computed and given fields is ignored.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from balai.engine.forms import identifiers
from balai.engine.forms.field_readers import WrongValueError, is_empty, read_value
from balai.engine.forms.form import (
    Check,
    Checked,
    CodeRow,
    CodeTable,
    Field,
    FieldError,
    FileFacts,
    Form,
    FormPage,
    JudgingScope,
)

MAX_ROWS = 100  # of a group whose author set no limit


def validate(
    form: Form,
    answers: object,
    scope: JudgingScope,
    *,
    page: str | None = None,
    files: Mapping[str, FileFacts] | None = None,
) -> Checked:
    """Judge answers, typed or as people typed them, and answer those that are right, typed, with all errors.

    `page` limits the errors to one page, while later ones are still empty. `files` are the facts of the documents that
    may be named, by document id; without it (in golden examples, or for answers judged before) the facts are taken
    from the answer itself, so
    a door always hands it in. Never raises, whatever the answers are.
    """
    run = _Run(form, scope, files)
    if not isinstance(answers, Mapping):
        return Checked({}, (FieldError("", "not_answers", form=form.name),))
    run.work_out(answers)
    if page is None:
        run.refuse_unknown(answers)
    run.hold_checks()
    run.hold_people()
    errors = run.errors if page is None else _errors_of(form, page, run.errors)
    given = {name: value for name in form.fields if (value := run.values.get(name)) is not None}
    return Checked(given, tuple(errors), tuple(run.warnings))


def visible_pages(form: Form, answers: Mapping[str, object], scope: JudgingScope) -> tuple[FormPage, ...]:
    """Answer the pages that apply and ask at least one question, given the answers so far."""
    run = _Run(form, scope, None, filling=True)
    run.work_out(answers)
    return tuple(page for page in form.pages if any(name in run.visible for name in page.fields))


def visible_fields(form: Form, page: FormPage, answers: Mapping[str, object], scope: JudgingScope) -> tuple[Field, ...]:
    """Answer the fields of a page that apply, computed and given ones (to be shown, not asked) included."""
    run = _Run(form, scope, None, filling=True)
    run.work_out(answers)
    return tuple(form.fields[name] for name in page.fields if name in run.visible)


@dataclass(frozen=True, slots=True)
class Filling:
    """A form as far as it is filled: the typed answers, what is worked out and what is needed, by path (`partners.0.age`)."""

    values: Mapping[str, object]
    worked: Mapping[str, object]
    needed: frozenset[str]


def fill(form: Form, answers: Mapping[str, object], scope: JudgingScope) -> Filling:
    """Work out a form whose answers are not complete, as a page shows it; defaults stand in for what nobody touched."""
    run = _Run(form, scope, None, filling=True)
    run.work_out(answers)
    for name in run.visible:
        run.needs(form.fields[name], run.values, name)
    return Filling(run.values, run.worked, frozenset(run.needed))


def narrowed(one: Field, table: CodeTable, answers: Mapping[str, object]) -> tuple[CodeRow, ...]:
    """Answer the rows of a table that the answers to other questions leave to choose from; none before those are answered."""
    wanted = [(column, answers.get(name)) for column, name in one.filter]
    if any(value is None for _, value in wanted):
        return ()
    return tuple(row for row in table.rows if all(row.more.get(column) == value for column, value in wanted))


def _errors_of(form: Form, page_id: str, errors: Iterable[FieldError]) -> list[FieldError]:
    page = form.page(page_id)
    names = page.fields if page else ()
    return [error for error in errors if error.path.split(".")[0] in names]


@dataclass
class _Run:
    """One judgement: what has been worked out so far."""

    form: Form
    scope: JudgingScope
    files: Mapping[str, FileFacts] | None
    values: dict[str, object] = field(default_factory=dict)
    visible: set[str] = field(default_factory=set)
    errors: list[FieldError] = field(default_factory=list)
    warnings: list[FieldError] = field(default_factory=list)
    wrong: set[str] = field(default_factory=set)
    needed: set[str] = field(default_factory=set)  # paths of answers that cannot be left out
    worked: dict[str, object] = field(default_factory=dict)  # what was computed, by path
    filling: bool = False

    @property
    def now(self) -> datetime:
        """Answer the moment in the office's zone, so that FEEL's today() is the office's."""
        return self.scope.now.astimezone(self.scope.zone) if self.scope.zone else self.scope.now

    def work_out(self, answers: Mapping[str, object]) -> None:
        self.values = {**self.scope.reserved, **dict.fromkeys(self.form.fields)}
        pages = {name: page for page in self.form.pages for name in page.fields}
        for name in self.form.order:
            one = self.form.fields[name]
            page = pages.get(name)
            if (page and page.show_if and not page.show_if.holds(self.values, now=self.now)) or not self.applies(
                one, self.values
            ):
                continue
            self.visible.add(name)
            self.values[name] = self.value_of(one, self.given_or_default(one, answers), name)
        if self.errors:
            position = {name: index for index, name in enumerate(self.form.fields)}
            self.errors.sort(key=lambda error: position.get(error.path.split(".")[0], -1))

    def given_or_default(self, one: Field, answers: Mapping[str, object]) -> object:
        """Answer what was given, and while a form is filled what stands in a box that nobody touched yet."""
        return one.default if self.filling and one.name not in answers else answers.get(one.name)

    def applies(self, one: Field, data: Mapping[str, object]) -> bool:
        return one.show_if is None or one.show_if.holds(data, now=self.now)

    def value_of(self, one: Field, raw: object, path: str) -> object:
        if one.compute:
            if one.compute.reads & self.wrong:
                self.wrong.add(one.name)
            value = self.worked[path] = self.computed(one, one.compute.answer(self.values, now=self.now))
            return value
        if one.kind == "info":
            return None
        if not is_empty(self.scope.given.get(one.name)):
            return self.computed(one, self.scope.given[one.name])
        if one.kind == "group":
            return self.rows(one, raw, path)
        return self.single(one, raw, path, self.values)

    def computed(self, one: Field, value: object) -> object:
        if is_empty(value):
            return None
        plain = value if isinstance(value, str | bool | int | Decimal | date | list | Mapping) else str(value)
        try:
            return read_value(one, plain, self.scope, self.files)
        except WrongValueError:
            return None

    def needs(self, one: Field, data: Mapping[str, object], path: str) -> bool:
        """Tell whether an answer is needed, by itself or because of other answers."""
        if one.required or (one.required_if is not None and one.required_if.holds(data, now=self.now)):
            self.needed.add(path)
            return True
        return False

    def single(self, one: Field, raw: object, path: str, data: Mapping[str, object]) -> object:
        if is_empty(raw):
            if self.needs(one, data, path):
                self.refuse(
                    path, "must_accept" if one.must_be_true else "required", kind=one.kind, few=bool(one.options)
                )
            return None
        try:
            value = read_value(one, raw, self.scope, self.files)
        except WrongValueError as wrong:
            self.refuse(path, wrong.code, **wrong.params)
            return None
        if one.filter and not self.belongs(one, value, data):
            self.refuse(path, "not_of")
            return None
        if one.kind == "nik":
            self.doubt_nik(str(value), path)
        return value

    def belongs(self, one: Field, value: object, data: Mapping[str, object]) -> bool:
        """Tell whether what was chosen is among the options that other answers leave."""
        table = self.scope.tables.get(one.source)
        return table is not None and any(row.code == value for row in narrowed(one, table, data))

    def rows(self, group: Field, raw: object, path: str) -> object:
        if is_empty(raw):
            raw = []
        if not isinstance(raw, list | tuple) or any(not isinstance(row, Mapping) for row in raw):
            self.refuse(path, "not_rows")
            return None
        if len(raw) > (group.max_items or MAX_ROWS):
            self.refuse(path, "too_many", maximum=group.max_items or MAX_ROWS)
            return None
        filled = [(index, row) for index, row in enumerate(raw) if not all(is_empty(value) for value in row.values())]
        rows = [self.row(group, row, f"{path}.{index}") for index, row in filled]
        least = max(group.min_items, 1 if self.needs(group, self.values, path) else 0)
        if len(rows) < least:
            self.refuse(path, "too_few", minimum=least)
        return [row for row in rows if row] or None

    def row(self, group: Field, raw: Mapping[str, object], path: str) -> dict[str, object]:
        result: dict[str, object] = {}
        data = {**self.values, **dict.fromkeys(group.fields)}
        for name, one in group.fields.items():
            if not self.applies(one, data) or one.kind == "info":
                continue
            if self.filling:
                self.needs(one, data, f"{path}.{name}")
            if one.compute:
                value = self.worked[f"{path}.{name}"] = self.computed(one, one.compute.answer(data, now=self.now))
            else:
                value = self.single(one, self.given_or_default(one, raw), f"{path}.{name}", data)
            if value is not None:
                result[name] = data[name] = value
        for key in raw:
            if key not in group.fields:
                self.refuse(f"{path}.{_short(key)}", "unknown_field")
        return result

    def refuse_unknown(self, answers: Mapping[str, object]) -> None:
        for key in answers:
            if key not in self.form.fields:
                self.refuse(_short(key), "unknown_field")

    def hold_checks(self) -> None:
        for check in self.form.checks:
            if not self.can_judge(check):
                continue
            answer = check.that.answer(self.values, now=self.now)
            if answer is False or (answer is not True and not self.lacks_answer(check)):
                self.refuse(check.field, f"check.{check.id}")

    def hold_people(self) -> None:
        """Refuse whoever is named twice, and the applicant: what several people say must come from several."""
        named = self.form.people
        if named is None or (named.rows or named.nik) not in self.visible:
            return
        rows = self.values.get(named.rows) if named.rows else (self.values,)
        applicant = self.scope.reserved.get("applicant")
        before = {str(applicant.get("nik") or "") if isinstance(applicant, Mapping) else "": "own_nik"}
        for number, row in enumerate(rows if isinstance(rows, list | tuple) else ()):
            nik = str(row.get(named.nik) or "") if isinstance(row, Mapping) else ""
            if nik and nik in before:
                self.refuse(f"{named.rows}.{number}.{named.nik}" if named.rows else named.nik, before[nik])
            before.setdefault(nik, "same_nik")

    def can_judge(self, check: Check) -> bool:
        """Tell whether everything the check reads applies and is right by itself; else its error would only confuse."""
        read = check.that.reads & set(self.form.fields)
        return not (read | {check.field}) & self.wrong and read <= self.visible

    def lacks_answer(self, check: Check) -> bool:
        return any(self.values.get(name) is None for name in check.that.reads & set(self.form.fields))

    def doubt_nik(self, digits: str, path: str) -> None:
        districts = self.scope.tables.get("district")
        known = {code.replace(".", "") for code in districts.by_code} if districts else None
        nik = identifiers.read_nik(digits, today=self.scope.today, districts=known)
        self.warnings.extend(FieldError(path, code, {}, self.form.name) for code in nik.warnings)

    def refuse(self, path: str, code: str, **params: object) -> None:
        self.wrong.add(path.split(".")[0])
        self.errors.append(FieldError(path, code, params, self.form.name))


def _short(key: object) -> str:
    return str(key)[:80]
