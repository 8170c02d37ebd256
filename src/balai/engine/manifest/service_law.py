"""The law that a service rests on: every legal value of its folder and of the town's values it uses, with where it is written."""

from collections.abc import Iterator

from balai.engine.folders import Law
from balai.engine.manifest.service import Archive, Service


def list_law(service: Service) -> Iterator[Law]:
    """List the legal values by their names in service.yaml; a town value as often as it is dated."""
    file = f"services/{service.id}/service.yaml"
    for name, value, basis, status, line in (*_periods(service), *_bases(service)):
        yield Law(name, value, basis, status, file=file, line=line)
    for name, ones in service.town_values.items():
        for one in ones:
            yield Law(
                f"town_values.{name}", str(one.value), one.legal_basis, one.status, one.valid_from, one.valid_to,
                one.file or file, one.line,
            )  # fmt: skip


_Row = tuple[str, str, str, str, int]  # name, value, basis, status, line


def _periods(service: Service) -> Iterator[_Row]:
    for at, one in enumerate(service.time.promises):
        yield f"time.due.{at}" if one.id else "time", str(one.due), one.basis, one.status, one.line
    for timer in service.timers.values():
        yield f"timers.{timer.id}", str(timer.period), timer.basis, timer.status, timer.line
    kept = service.archive
    yield "archive", _kept(kept), kept.basis, kept.status, kept.line
    if way := service.objection:
        yield "objection", str(way.within), way.basis, way.status, way.line


def _bases(service: Service) -> Iterator[_Row]:
    for at, one in enumerate(service.legal_basis):
        yield f"legal_basis.{at}", one.note, one.ref, one.status, one.line
    if basis := service.time.silence_basis:
        yield "time.silence_basis", service.time.silence, basis.ref, basis.status, basis.line
    for phrase in service.phrases.values():
        if phrase.ref:
            yield f"phrases.{phrase.id}", phrase.into, phrase.ref, phrase.status, phrase.line


def _kept(archive: Archive) -> str:
    return f"{archive.class_}: {archive.keep or 'permanent'} from {archive.from_}, {archive.then}"
