"""Pure rules of letters: codes, the year a number counts in, and the data a letter is made of."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any

from balai.base import codes
from balai.engine import letters, manifest, rules

CODE_LENGTH = 26

_WORDS = {
    "id": {
        "how": "Tertulis ke {to}, di loket, atau lewat tombol di halaman berkas {number}.",
        "paper": "Tertulis ke {to}, dengan menyebut nomor berkas {number}.",
        "unconfirmed": "belum dikonfirmasi",
    },
    "en": {
        "how": "In writing to {to}, at a counter, or by the button on the page of case {number}.",
        "paper": "In writing to {to}, naming case {number}.",
        "unconfirmed": "not confirmed",
    },
}


def make_code() -> str:
    """Make a public code of 130 random bits: nobody can guess or count letters."""
    return codes.draw(CODE_LENGTH)


def read_code(typed: str) -> str | None:
    """Read a code as people type it (any case, spaces, hyphens, O for 0), or None when it cannot be one."""
    code = codes.read(typed)
    return code if codes.is_code(code, CODE_LENGTH) else None


def local(at: datetime, zone: tzinfo) -> datetime:
    """Give a moment in the office's own zone, where its year begins at its own midnight."""
    return at.astimezone(zone)


def status_of(state: str, valid_until: date | None, today: date) -> str:
    """Tell what the public is told of a signed letter: `valid`, `expired` or `revoked`."""
    if state == "revoked":
        return "revoked"
    return "expired" if valid_until is not None and today > valid_until else "valid"


# What whoever checks a letter is told, in the order in which one word outweighs another.
VERDICTS = ("replaced", "revoked", "changed", "unknown", "distrusted", "sample", "expired", "identical", "valid")
RELIABLE = ("identical", "valid")


def verdict_of(
    file: str, *, status: str = "", replaced: bool = False, sample: bool = False, trusted: bool = True
) -> str:
    """Give the one verdict on a letter and, where there is one, the file that was compared with it: one of `VERDICTS`.

    `file` is what the comparison found (`identical`, `changed`, `unknown`) or empty when only a code was asked for; `status` what the
    register says of the letter (`valid`, `expired`, `revoked`), empty when no letter was found.
    """
    if status == "revoked":
        return "replaced" if replaced else "revoked"
    if file in ("changed", "unknown"):
        return file
    if not status:
        return "unknown"
    if not trusted:
        return "distrusted"
    if sample:
        return "sample"
    return "expired" if status == "expired" else file or "valid"


_MOST_PAGES = 60  # that are told apart


def page_bits(pages: Iterable[int]) -> int:
    """Write pages, counted from 1, as bits; those beyond the sixtieth share one."""
    bits = 0
    for page in pages:
        bits |= 1 << (min(page, _MOST_PAGES) - 1)
    return bits


def is_seen(drawn: int, pages: int) -> bool:
    """Tell whether every page was drawn."""
    wanted = page_bits(range(1, pages + 1))
    return pages > 0 and drawn & wanted == wanted


def letterhead(names: Sequence[tuple[str, str]]) -> list[str]:
    """Write the lines of the letterhead from the units' (kind, name), the town's own first."""
    return [
        f"Pemerintah {name}" if kind == "kota" and not name.startswith("Pemerintah") else name for kind, name in names
    ]


def file_name(title: str, number: str, ending: str = ".pdf") -> str:
    """Name a letter's file in words: `surat-keterangan-usaha-470-12-LPK-2026.pdf`; plain letters, digits and hyphens alone."""
    said = " ".join(title.casefold().split())[:80]
    plain = unicodedata.normalize("NFKD", f"{said} {number}").encode("ascii", "ignore").decode()
    return re.sub("[^A-Za-z0-9]+", "-", plain).strip("-") + ending


def place_of(town: str) -> str:
    """Name the place a letter is dated at: "Kota Samarinda" writes "Samarinda"."""
    return town.removeprefix("Pemerintah ").removeprefix("Kota ").removeprefix("Kabupaten ")


def contact_line(*parts: str) -> str:
    """Join the parts of an address line that are known."""
    return " · ".join(part for part in parts if part)


def reasons(
    kept: Mapping[str, Any], service: manifest.Service, lang: str, changes: Mapping[str, Sequence[str]]
) -> list[letters.PrintedReason]:
    """Turn the reasons that the case keeps of each rule into what a citizen is shown; `changes` by step, if any."""
    return [
        letters.PrintedReason(
            rule=" ".join([str(why["decision"]), *_rule_ids(why)]),
            version=f"{service.version} ({why['version']})",
            text=_why(why, service, lang),
            inputs={
                _label(service, node, name, lang): rules.kept_in_words(value, "en" if lang == "en" else "id")
                for name, value in why["inputs"].items()
                if value is not None
            },
            change=" ".join(changes.get(node, ())),
        )
        for node, why in sorted(kept.items())
    ]


def _why(why: Mapping[str, Any], service: manifest.Service, lang: str) -> str:
    """Say why a rule answered as it did: in its author's words, else in the engine's."""
    noted = [str(text) for rule in why.get("rules", ()) for _, text in rule.get("annotations", ()) if text]
    sentences = [service.text(f"rules.{note}", lang, note) for note in dict.fromkeys(noted)]
    told = why["text"].get(lang) or why["text"].get("id", ())
    return " ".join(sentences or ([told] if isinstance(told, str) else [str(line) for line in told]))


def _label(service: manifest.Service, node: str, name: str, lang: str) -> str:
    """Name a rule's input as the question that it was asked by, where it is the answer to one."""
    expression = service.steps[node].inputs.get(name) if node in service.steps else None
    paths = sorted(expression.paths) if expression is not None else []
    if len(paths) == 1 and len(paths[0]) == 2 and paths[0][0] in ("apply", *service.forms):
        return service.text(f"forms.{paths[0][0]}.fields.{paths[0][1]}.label", lang, name)
    return name


def _rule_ids(why: Mapping[str, Any]) -> list[str]:
    return [f"{rule['table']}/{rule['rule']}" for rule in why.get("rules", ()) if rule.get("rule")]


def _office(title: str, unit: str) -> str:
    """Name a post and its unit without saying the place twice: "Camat Samarinda Utara" needs no more."""
    place = unit.partition(" ")[2]
    return title if title and place and place in title else ", ".join(part for part in (title, unit) if part)


def objection(
    found: manifest.Objection, *, title: str, unit: str, until: date, number: str, lang: str
) -> letters.PrintedObjection:
    """Write to whom, until when and how one may object, and on which basis."""
    words = _WORDS[lang]
    to = _office(title, unit)
    basis = found.basis if found.status == "confirmed" else f"{found.basis} ({words['unconfirmed']})"
    return letters.PrintedObjection(
        to, letters.date_text(until, lang), words["how" if found.service else "paper"].format(to=to, number=number), basis,
        found.appeal,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Office:
    """What a letter says of the office it comes from."""

    lines: tuple[str, ...]
    address: str
    place: str


def walk_texts(value: object, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """Give every text inside a letter's data with the way to it."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from walk_texts(inner, (*path, str(key)))
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from walk_texts(inner, path)


RELATIONS = ("self", "family", "proxy", "other")  # what whoever takes a letter on paper is to its holder
CARDS = ("ktp", "kk", "sim", "passport", "letter")  # which card or letter of attorney the officer saw
LONGEST_NAME = 100


def delivery_faults(receiver: str, relation: str, card: str) -> list[str]:
    """Name what is missing or unknown of who took a letter: receiver, relation, card."""
    wrong = {
        "receiver": not 3 <= len(receiver) <= LONGEST_NAME,
        "relation": relation not in RELATIONS,
        "card": card not in CARDS,
    }
    return [name for name, fault in wrong.items() if fault]
