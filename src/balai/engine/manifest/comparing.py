"""What changes between two versions of a service, in words: for the applicant, for the officer, in law."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal

import yaml

from balai.engine.forms import Field, Form
from balai.engine.manifest.periods import Period
from balai.engine.manifest.service import Aside, Service, Step, StepUnit
from balai.engine.manifest.service_law import list_law
from balai.engine.manifest.texts import leaves_of
from balai.engine.manifest.yaml_tree import LOADER
from balai.engine.process import Graph
from balai.engine.rules import DecisionModel, Expression, kept_in_words

Whom = Literal["applicant", "officer", "law"]
_QUIET = frozenset({"line", "form", "key", "name"})  # of a field: where it stands, not what it asks


@dataclass(frozen=True, slots=True)
class ServiceChange:
    """One difference: whom it touches, and how it is said in both languages. `texts` alone change nothing but wording."""

    whom: Whom
    id: str
    en: str
    texts: bool = False

    def words(self, lang: str) -> str:
        """Say it."""
        return self.en if lang == "en" else self.id


def compare_services(before: Service, after: Service) -> tuple[ServiceChange, ...]:
    """List what is different in `after`, what changes for the applicant first, then for officers, then law."""
    found = [change for ask in _ASKED for change in ask(before, after)]
    order = ("applicant", "officer", "law")
    return tuple(sorted(dict.fromkeys(found), key=lambda one: order.index(one.whom)))


def takes_two(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> bool:
    """Tell from a folder's files whether a second person must agree to the change.

    Rules, values, process, forms and letters always take two; wording alone only where the folder says `second_person: all`.
    """
    try:
        return _more_than_wording(before, after)
    except yaml.YAMLError:
        return True


def _more_than_wording(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> bool:
    sheets = [_sheet(files) for files in (before, after)]
    if any(sheet.pop("second_person", "rules") == "all" for sheet in sheets) or sheets[0] != sheets[1]:
        return True
    changed = {path for path in {*before, *after} if before.get(path) != after.get(path)} - {"service.yaml", *_ASIDE}
    if any(not path.startswith(("texts/", "examples/")) for path in changed):
        return True
    # The sentences that officers tick are law: each stands on its basis.
    return any(_phrases(before, path) != _phrases(after, path) for path in changed if path.startswith("texts/"))


_ASIDE = ("README.md", "quality.yaml")
_NAMED = ("version", "keywords", "icon", "life_events")  # of service.yaml, how it is found and called


def _sheet(files: Mapping[str, bytes]) -> dict[str, Any]:
    found = _loaded(files, "service.yaml")
    return {key: value for key, value in found.items() if key not in _NAMED}


def _phrases(files: Mapping[str, bytes], path: str) -> object:
    return _loaded(files, path).get("phrases")


def _loaded(files: Mapping[str, bytes], path: str) -> dict[str, Any]:
    found = yaml.load(files.get(path, b""), Loader=LOADER)
    return found if isinstance(found, dict) else {}


# -- applicant -----------------------------------------------------------------------------------------------------


def _form(before: Service, after: Service) -> Iterator[ServiceChange]:
    for name in sorted({*before.forms, *after.forms}):
        whom: Whom = "applicant" if name == "apply" else "officer"
        place = ("", "") if name == "apply" else (f"Formulir {name}: ", f"Form {name}: ")
        for one in _form_changes(before, after, name):
            yield ServiceChange(whom, place[0] + one[0], place[1] + one[1])


def _form_changes(before: Service, after: Service, name: str) -> Iterator[tuple[str, str]]:
    old, new = _fields(before.forms.get(name)), _fields(after.forms.get(name))
    for key in new.keys() - old.keys():
        must = ("wajib", "required") if new[key].required else ("boleh kosong", "optional")
        said = _label(after, new[key])
        yield f"pertanyaan baru “{said[0]}” ({must[0]})", f"a new question “{said[1]}” ({must[1]})"
    for key in old.keys() - new.keys():
        said = _label(before, old[key])
        yield f"“{said[0]}” tidak ditanyakan lagi", f"“{said[1]}” is no longer asked"
    for key in old.keys() & new.keys():
        yield from _field_changes(_label(after, new[key]), old[key], new[key])
    forms = [service.forms.get(name) for service in (before, after)]
    checks = [{one.id: _plain(one.that) for one in form.checks} if form else {} for form in forms]
    for key in sorted({*checks[0], *checks[1]}):
        if checks[0].get(key) != checks[1].get(key):
            yield (f"pemeriksaan isian “{key}” berubah", f"the check of answers “{key}” changes")


def _field_changes(said: tuple[str, str], old: Field, new: Field) -> Iterator[tuple[str, str]]:
    if old.required != new.required:
        id_, en = ("kini wajib", "is required now") if new.required else ("kini boleh kosong", "may be left empty now")
        yield f"“{said[0]}” {id_}", f"“{said[1]}” {en}"
    added, gone = (
        [one for one in new.options if one not in old.options],
        [o for o in old.options if o not in new.options],
    )
    if added:
        yield f"“{said[0]}”: pilihan baru {', '.join(added)}", f"“{said[1]}”: new options {', '.join(added)}"
    if gone:
        yield f"“{said[0]}”: pilihan {', '.join(gone)} dihapus", f"“{said[1]}”: options {', '.join(gone)} are removed"
    told = {"required", "options", "fields", *_QUIET}
    differ = [
        one.name
        for one in fields(Field)
        if one.name not in told and _plain_of(old, one.name) != _plain_of(new, one.name)
    ]
    for name in differ:
        turned = _turned(
            "applicant", (f"“{said[0]}”, {name}", f"“{said[1]}”, {name}"), *(_plain_of(one, name) for one in (old, new))
        )
        yield turned.id, turned.en


def _plain_of(field: Field, name: str) -> object:
    return _plain(getattr(field, name))


def _plain(value: Any) -> object:
    """Answer a value without where it was written: an expression or condition by its text."""
    if isinstance(value, Expression):
        return value.text
    if isinstance(value, Aside):
        return f"{value.awaited}, {value.look_again}"
    if isinstance(value, StepUnit):
        return value.chosen.text if value.chosen else value.code
    inner = getattr(value, "expression", None)
    return inner.text if isinstance(inner, Expression) else value


def _fields(form: Form | None) -> dict[str, Field]:
    return {one.key or one.name: one for one in form.walk()} if form else {}


def _label(service: Service, field: Field) -> tuple[str, str]:
    key = f"{field.text_key}.label"
    return service.text(key, "id", field.name), service.text(key, "en", field.name)


def _promises(before: Service, after: Service) -> Iterator[ServiceChange]:
    old, new = ({one.id: one for one in service.time.promises} for service in (before, after))
    for key in sorted({*old, *new}):
        left, right = old.get(key), new.get(key)
        if left and right and (left.due, _plain(left.when)) == (right.due, _plain(right.when)):
            continue
        said = [one.due.text(lang) if one else "—" for lang in ("id", "en") for one in (left, right)]
        name = f" ({key})" if key else ""
        yield ServiceChange(
            "applicant",
            f"Janji waktu{name}: {said[0]} menjadi {said[1]}",
            f"Promised time{name}: {said[2]} becomes {said[3]}",
        )
    if before.time.silence != after.time.silence:
        yield _turned(
            "applicant", ("Bila kantor diam", "If the office stays silent"), before.time.silence, after.time.silence
        )


def _turned(whom: Whom, name: tuple[str, str], left: object, right: object) -> ServiceChange:
    old, new = ([_said(one, lang) for lang in ("id", "en")] for one in (left, right))
    return ServiceChange(whom, f"{name[0]}: {old[0]} menjadi {new[0]}", f"{name[1]}: {old[1]} becomes {new[1]}")


def _said(value: object, lang: str) -> str:
    """Say a value: a period in words, nothing as a line, a list with commas."""
    if isinstance(value, Period):
        return value.text(lang)
    return (
        "—"
        if value in (None, "", (), {})
        else kept_in_words(list(value) if isinstance(value, tuple) else value, "en" if lang == "en" else "id")
    )


def _whole(before: Service, after: Service) -> Iterator[ServiceChange]:
    asked: tuple[tuple[Whom, tuple[str, str], Callable[[Service], object]], ...] = (
        ("applicant", ("Biaya", "Fee"), lambda one: one.fee.text if one.fee else ""),
        ("applicant", ("Siapa yang boleh mengajukan", "Who may apply"), lambda one: (one.who, one.identity, *one.on_behalf, *one.documents)),
        ("applicant", ("Yang ditanyakan tentang pemohon", "Asked about the applicant"), lambda one: one.ask or ()),
        ("applicant", ("Hasil", "Outcomes"), lambda one: tuple(sorted(f"{end.id} {end.outcome} {end.letter}".strip() for end in one.ends.values()))),
        ("applicant", ("Surat", "Letters"), lambda one: tuple(sorted(f"{each.id} ({each.valid or '∞'}, {each.signature}{', ' + each.overturns if each.overturns else ''})" for each in one.letters.values()))),
        ("applicant", ("Isi surat", "What letters hold"), lambda one: tuple(sorted(f"{each.id}: {each.parts.summary()}" for each in one.letters.values() if each.parts.summary()))),
        ("applicant", ("Pemberitahuan", "Notices"), lambda one: tuple(sorted(f"{each.when} {each.to}: {' '.join(each.by)}" for each in one.notify))),
        ("applicant", ("Diisi dari data yang ada", "Filled in from what is known"), lambda one: (*sorted(one.prefill.items()), *one.once_only)),
        ("officer", ("Ditangani oleh", "Handled by"), lambda one: (one.handled_by.unit_kind, one.handled_by.area, one.handled_by.unit)),
        ("officer", ("Kalimat siap pakai", "Ready sentences"), lambda one: tuple(sorted(one.phrases))),
        ("officer", ("Angka", "Figures"), lambda one: (*one.figures.count_by, *one.figures.measure)),
        ("law", ("Dasar hukum", "Legal basis"), lambda one: tuple(f"{each.ref} ({each.status})" for each in one.legal_basis)),
        ("law", ("Penyimpanan berkas", "How long the file is kept"), lambda one: (one.archive.class_, str(one.archive.keep), one.archive.from_, one.archive.then)),
        ("law", ("Pelindungan data", "Data protection"), lambda one: (one.privacy.basis, *one.privacy.sensitive)),
        ("law", ("Keberatan", "Objection"), lambda one: (one.objection.role, one.objection.unit, str(one.objection.within), one.objection.service, one.objection.late, *one.objection.shares) if one.objection else ()),
        ("law", ("Berkas lain yang dibahas", "The other case it is about"), lambda one: (one.about.kind, *one.about.answers) if one.about else ()),
        ("law", ("Pembetulan dan pembatalan", "Correction and annulment"), lambda one: tuple(sorted(f"{kind}: {id}" for kind, id in one.amended_by.items()))),
        ("law", ("Tenggat proses", "Timers"), lambda one: tuple(f"{each.id} {each.period}" for each in one.timers.values())),
    )  # fmt: skip
    for whom, name, read in asked:
        if read(before) != read(after):
            yield _turned(whom, name, _flat(read(before)), _flat(read(after)))


def _flat(value: object) -> object:
    return (
        tuple(" ".join(one) if isinstance(one, tuple) else one for one in value if one)
        if isinstance(value, tuple)
        else value
    )


# -- officer -------------------------------------------------------------------------------------------------------


def _steps(before: Service, after: Service) -> Iterator[ServiceChange]:
    for id_ in sorted({*before.steps, *after.steps}):
        old, new = before.steps.get(id_), after.steps.get(id_)
        said = [(after if new else before).text(f"steps.{id_}.title", lang, id_) for lang in ("id", "en")]
        if old is None or new is None:
            how = ("langkah baru", "a new step") if old is None else ("langkah dihapus", "a step is removed")
            role = f" ({new.role})" if new and new.role else ""
            yield ServiceChange(
                "officer", f"{how[0].capitalize()}: {said[0]}{role}", f"{how[1].capitalize()}: {said[1]}{role}"
            )
            continue
        for name in _OF_STEP:
            left, right = (_plain(getattr(step, name)) for step in (old, new))
            if left != right:
                yield _turned("officer", (f"Langkah {said[0]}, {name}", f"Step {said[1]}, {name}"), left, right)
        if _bindings(old) != _bindings(new):
            yield ServiceChange("officer", f"Langkah {said[0]} membaca data lain", f"Step {said[1]} reads other data")


_OF_STEP = (
    "role", "unit", "form", "operation", "letter", "decision", "due", "due_on", "not_same_person_as", "countersigns", "aside", "pauses_clock",
    "event", "amount", "account", "expired", "cosigners",
)  # fmt: skip


def _bindings(step: Step) -> object:
    return {name: one.text for name, one in step.inputs.items()}, dict(step.outputs)


def _process(before: Service, after: Service) -> Iterator[ServiceChange]:
    old, new = _drawn(before.graph), _drawn(after.graph)
    for path, conditions in new.items():
        if path not in old:
            yield ServiceChange("officer", f"Alur baru: {path}", f"A new way: {path}")
        elif old[path] != conditions:
            yield _turned("officer", (f"Syarat alur {path}", f"Condition of the way {path}"), old[path], conditions)
    for path in old.keys() - new.keys():
        yield ServiceChange("officer", f"Alur dihapus: {path}", f"A way is removed: {path}")


def _drawn(graph: Graph) -> dict[str, str]:
    """Answer the flows of a drawing, each by its two ends, with its condition; and what a node itself says."""
    found: dict[str, str] = {}
    for node in graph.nodes.values():
        for flow in node.outgoing:
            found[f"{node.id} → {flow.target}"] = str(_plain(flow.condition) or "")
        timer = node.event.timer.text if node.event and node.event.timer else ""
        found[f"{node.id} ({node.kind})"] = " ".join(part for part in (timer, str(_plain(node.script) or "")) if part)
    return found


def _rules(before: Service, after: Service) -> Iterator[ServiceChange]:
    old, new = _rows(before.rules), _rows(after.rules)
    for place in sorted({*old, *new}):
        if old.get(place) != new.get(place):
            left, right = old.get(place, ""), new.get(place, "")
            yield _turned("law", (f"Aturan {place}", f"Rule {place}"), left, right)
    versions = [one.rules.version if one.rules else "" for one in (before, after)]
    if versions[0] != versions[1] and old == new:
        yield ServiceChange("law", "rules.dmn berubah", "rules.dmn changes")


def _rows(model: DecisionModel | None) -> dict[str, str]:
    return dict(model.rows()) if model is not None else {}


# -- law -----------------------------------------------------------------------------------------------------------


def _values(before: Service, after: Service) -> Iterator[ServiceChange]:
    for name in sorted({*before.town_values, *after.town_values}):
        old, new = (
            tuple(f"{one.value} ({one.valid_from})" for one in service.town_values.get(name, ()))
            for service in (before, after)
        )
        if old != new:
            yield _turned("law", (f"Nilai {name}", f"Value {name}"), old, new)


def _standings(before: Service, after: Service) -> Iterator[ServiceChange]:
    old, new = ({one.name: one for one in list_law(service)} for service in (before, after))
    for place in sorted(old.keys() & new.keys()):
        if old[place] != new[place] and (old[place].basis, old[place].status) != (new[place].basis, new[place].status):
            left, right = (f"{one.basis or '—'} ({one.status})" for one in (old[place], new[place]))
            yield _turned("law", (f"Dasar {place}", f"Basis of {place}"), left, right)


def _texts(before: Service, after: Service) -> Iterator[ServiceChange]:
    counted: dict[Whom, int] = {"applicant": 0, "officer": 0}
    for lang in ("id", "en"):
        old, new = (dict(leaves_of(service.texts.get(lang, {}))) for service in (before, after))
        for key in {*old, *new}:
            if old.get(key) != new.get(key):
                officer = key.startswith(("forms.", "phrases.")) and not key.startswith("forms.apply.")
                counted["officer" if officer else "applicant"] += 1
    for whom, count in counted.items():
        if count:
            yield ServiceChange(whom, f"{count} teks ditulis lain", f"{count} texts are worded differently", texts=True)


_ASKED: Iterable[Callable[[Service, Service], Iterator[ServiceChange]]] = (
    _form, _promises, _whole, _steps, _process, _rules, _values, _standings, _texts,
)  # fmt: skip
