"""The status page: files beside the process, so that they can be read when it is dead, and say how old they are."""

import json
import os
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.template import engines
from django.utils.translation import override

from balai.base import watch
from balai.base.pages import links, texts
from balai.base.pages.moments import moment
from balai.records.outages import queries

LOOK = Path(__file__).parent / "templates" / "outages" / "look.css"
LANGUAGES = ("id", "en")
PARTS = {  # what is told of the inside: what citizens would notice, never why
    "notices": ("mail", "outbox", "letterboxes"),
    "files": ("disk", "scanner", "files"),
    "letters": ("letters", "signers", "seal"),
}


def folder() -> Path:
    """Name the folder, which the proxy in front may read: `BALAI_STATUS`, or `public` in the home."""
    return Path(settings.BALAI_STATUS or Path(settings.BALAI_HOME) / "public")


def gather(now: datetime) -> dict[str, object]:
    """Gather what is told: whether the hall can be read and written, what is disturbed, what is announced, what was of late."""
    closed, made = queries.find_read_only(), watch.last_round()
    bad = {one.finding.check for one in made.bad} if made is not None and not made.is_old(now) else set[str]()
    state = "read-only" if closed else "disturbed" if any(bad & set(checks) for checks in PARTS.values()) else "well"
    return {
        "at": now.isoformat(),
        "state": state,
        "why": dict(closed.why) if closed else {},
        "until": closed.until.isoformat() if closed and closed.until else None,
        "parts": {name: "disturbed" if bad & set(checks) else "well" for name, checks in PARTS.items()},
        "announcements": [
            {"at": one.at.isoformat(), "id": one.text_id, "en": one.text_en} for one in queries.list_announcements()
        ],
        "outages": [
            {"from": one.began_at.isoformat(), "until": one.ended_at.isoformat()}
            for one in queries.list_recent(now)[:10]
        ],
    }


def write(now: datetime) -> bool:
    """Write the page, its data and what a proxy shows while the hall is away; tell whether there is a folder for it."""
    place = folder()
    if settings.BALAI_STATUS and not place.is_dir():
        return False  # the doctor says so; a proxy's folder is not ours to make
    place.mkdir(mode=0o755, parents=True, exist_ok=True)
    told = gather(now)
    _put(place / "status.json", json.dumps(told, ensure_ascii=False, indent=1))
    _put(place / "index.html", _draw("outages/status.html", told, now))
    _put(place / "look.css", LOOK.read_text(encoding="utf-8"))
    _put(place / "maintenance.html", _draw("outages/maintenance.html", told, now))
    return True


def _draw(template: str, told: dict[str, object], now: datetime) -> str:
    """Draw a page in both languages at once: there is no process to choose one."""
    pages = []
    for lang in LANGUAGES:
        with override(lang):
            pages.append(
                {
                    "lang": lang, "at": moment(now, lang), "told": told,
                    "state": texts.say(f"outages.state.{told['state']}", lang),
                    "why": _in(told["why"], lang),
                    "parts": [
                        (texts.say(f"outages.part.{name}", lang), texts.say(f"outages.part_state.{state}", lang), state)
                        for name, state in _mapping(told["parts"]).items()
                    ],
                    "announcements": [(_at(one["at"], lang), one[lang]) for one in _rows(told["announcements"])],
                    "outages": [(_at(one["from"], lang), _at(one["until"], lang)) for one in _rows(told["outages"])],
                    "words": {
                        name: texts.say(f"outages.page.{name}", lang)
                        for name in ("title", "now", "none", "announced", "of_late", "old", "away", "away_text", "paper", "here")
                    },
                }
            )  # fmt: skip
    return str(
        engines["django"]
        .get_template(template)
        .render(
            {"pages": pages, "state": told["state"], "url": settings.BALAI_URL, "here": links.path("outages.status")}
        )
    )


def _at(text: str, lang: str) -> str:
    return moment(datetime.fromisoformat(text), lang)


def _in(words: object, lang: str) -> str:
    return str(words.get(lang, "")) if isinstance(words, dict) else ""


def _mapping(value: object) -> dict[str, str]:
    return value if isinstance(value, dict) else {}


def _rows(value: object) -> list[dict[str, str]]:
    return value if isinstance(value, list) else []


def _put(file: Path, text: str) -> None:
    """Write a file whole or not at all, for everybody to read."""
    fresh = file.with_name(f".{file.name}.{os.getpid()}")
    fresh.write_text(text, encoding="utf-8")
    fresh.chmod(0o644)
    fresh.replace(file)
