"""What the tests of the hall's pages share: a town's folder of their own with a few pages, and publishing them."""

import shutil
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from django.conf import LazySettings

from balai.base.actors import Actor
from balai.records.folders import actions
from balai.records.hallpages.folders import PAGES

CONSOLE = Actor("system", "console", name="test")
ROOT = Path(__file__).resolve().parents[5]


def lay_town(place: Path, settings: LazySettings) -> Path:
    """Copy the town's folder, and let the hall read that one."""
    town = place / "town"
    shutil.copytree(ROOT / "town", town)
    settings.BALAI_TOWN_FOLDER = town
    return town


def publish(page_id: str, now: datetime, town: Path = ROOT / "town") -> None:
    """Publish one page."""
    actions.publish(PAGES, town / "pages" / page_id, town, actor=CONSOLE, now=now, command_id=uuid4())


def write_page(town: Path, page_id: str, sheet: str, **texts: str) -> Path:
    """Write a page's folder; what it says is `id` and `en`."""
    folder = town / "pages" / page_id
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "page.yaml").write_text(f'id: {page_id}\nversion: "1"\n{sheet}', "utf-8")
    for lang in ("id", "en"):
        head = f"---\ntitle: {page_id.title()} {lang}\nsummary: Ringkas {lang}.\n---\n"
        (folder / f"{lang}.md").write_text(head + texts.get(lang, "Isi.\n"), "utf-8")
    return folder
