"""Every read of the hall's pages: those in force, as they were published. One query for all, none where they are known."""

from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

from balai.base.errors import NotFound
from balai.engine.manifest import HallPage
from balai.engine.problems import Problems
from balai.records.folders import judging
from balai.records.folders import queries as folders
from balai.records.hallpages.folders import PAGES


def list_pages() -> list[HallPage]:
    """List the pages in force, by their ids."""
    return folders.list_current(PAGES.name)


def is_shown(page: HallPage, on_date: date) -> bool:
    """Tell whether a page is shown on a day: news of a later day is not."""
    return page.news is None or page.news <= on_date


def get_page(page_id: str, on_date: date) -> HallPage:
    """Fetch a page as it is shown on a day. :raises NotFound:"""
    page: HallPage = folders.get(PAGES.name, page_id)
    if not is_shown(page, on_date):
        raise NotFound
    return page


def find_page(page_id: str) -> HallPage | None:
    """Find a page in force, whatever its day."""
    key = folders.current_keys(PAGES.name).get(page_id)
    return folders.get_by_key(key) if key else None


def list_foot() -> list[HallPage]:
    """List the pages that stand at the foot of every page, in their order."""
    return sorted((page for page in list_pages() if page.foot), key=lambda page: (page.foot, page.id))


def list_news(on_date: date, limit: int | None = None) -> list[HallPage]:
    """List the news shown on a day, the newest first."""
    found = [page for page in list_pages() if page.news and page.news <= on_date]
    return sorted(found, key=lambda page: (page.news or date.min, page.id), reverse=True)[:limit]


def list_page_moments() -> dict[str, datetime]:
    """Tell when the version in force of each page was published."""
    return {one.folder_id: one.published_at for one in folders.list_versions(PAGES.name) if one.current}


class PageStanding(NamedTuple):
    """A page to whoever runs the hall: its folder and what is wrong with it, the version in force, all versions before."""

    id: str
    shown: HallPage | None
    since: datetime | None
    folder: HallPage | None  # as it lies on disk, None where it does not or is faulty
    faults: tuple[str, ...]
    versions: tuple[folders.PublishedVersion, ...]

    @property
    def differs(self) -> bool:
        """Tell whether the folder says other things than what is shown."""
        return bool(self.folder and (self.shown is None or self.folder.key != self.shown.key))


def list_standing() -> list[PageStanding]:
    """List every page that lies in the town's folder or was ever published. One query for the versions."""
    on_disk = {path.name: path for path in PAGES.list_folders(place())}
    versions: dict[str, list[folders.PublishedVersion]] = {}
    for one in folders.list_versions(PAGES.name):
        versions.setdefault(one.folder_id, []).append(one)
    return [_standing(name, on_disk.get(name), versions.get(name, [])) for name in sorted({*on_disk, *versions})]


def _standing(name: str, path: Path | None, versions: Iterable[folders.PublishedVersion]) -> PageStanding:
    held = tuple(versions)
    current = next((one for one in held if one.current), None)
    folder: HallPage | None = None
    faults: tuple[str, ...] = ()
    if path is not None:
        try:
            folder = judging.judge(PAGES, path, town()).thing
        except Problems as error:
            faults = tuple(map(str, error.problems))
        except ValueError as error:
            faults = (str(error),)
    shown = folders.get_by_key(current.key) if current else None
    return PageStanding(name, shown, current.published_at if current else None, folder, faults, held)


def town() -> Path:
    """Name the town's folder."""
    return Path(settings.BALAI_TOWN_FOLDER)


def place() -> Path:
    """Name where the pages lie."""
    return PAGES.where(Path(settings.BALAI_SERVICES).parent, town())
