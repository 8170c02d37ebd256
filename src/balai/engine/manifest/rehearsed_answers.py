"""What a rehearsal is given, made ready: files that stand for uploads, what is known of the applicant beforehand."""

from collections.abc import Mapping
from datetime import date

from balai.engine.manifest.service import Service


def prepare_files(answers: Mapping[str, object]) -> dict[str, object]:
    """Answer the answers with each `{file: foto.jpg, type: image/jpeg}` standing for an uploaded document."""
    return {name: _prepared(value) for name, value in answers.items()}


def _prepared(value: object) -> object:
    if isinstance(value, Mapping) and "file" in value:
        size = value.get("size", 200_000)
        return {"document": f"example:{value['file']}", "name": value["file"], "type": value.get("type"), "size": size}
    if isinstance(value, Mapping):
        return prepare_files(value)
    return [_prepared(one) for one in value] if isinstance(value, list) else value


def prefilled(service: Service, known: Mapping[str, object]) -> dict[str, object]:
    """Answer the fields of the application whose answers are known already (once only)."""
    found: dict[str, object] = {}
    for name, path in service.prefill.items():
        value: object = known
        for part in path.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
        if value not in (None, ""):
            found[name] = value
    return found


def typed_applicant(applicant: Mapping[str, object]) -> dict[str, object]:
    """Answer what is known of the applicant with its types: the birth date is a date."""
    born = applicant.get("birth_date")
    return {**applicant, "birth_date": date.fromisoformat(born)} if isinstance(born, str) and born else dict(applicant)
