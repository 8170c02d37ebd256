"""What a rehearsal is given, made ready: files that stand for uploads, what is known of the applicant beforehand."""

from collections.abc import Mapping
from datetime import date, datetime

from balai.engine.manifest.service import Cosigners, Service


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


def payment_answers(day: date, becomes: str) -> tuple[dict[str, object], dict[str, object]]:
    """Answer what is shown of a payment on a day, and what whoever looks at it answers: it came, or it is rejected."""
    shown: dict[str, object] = {"paid_on": day.isoformat(), "proof": {"file": "bukti-bayar.jpg", "type": "image/jpeg"}}
    if becomes == "rejected":
        return shown, {"result": "rejected", "reason": "Uangnya belum masuk ke rekening."}
    return shown, {"result": "received", "receipt": "CONTOH-1", "received_on": day.isoformat()}


def cosigned_by(named: Cosigners, apply: Mapping[str, object], at: datetime) -> list[dict[str, str]]:
    """Answer what a step keeps once as many as it needs of those named have agreed by their links."""
    moment, people = at.isoformat(timespec="minutes"), named.people(apply)[: named.at_least or None]
    return [{"name": one["name"], "at": moment, "date": moment[:10], "way": "link"} for one in people]
