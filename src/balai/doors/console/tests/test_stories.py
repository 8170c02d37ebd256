"""The stories of a demonstration: each is told within its time, told on after a kill, and none stops the others."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.test import Client
from django.urls import include, path
from tests.cast import make_cast, open_service
from tests.tables import list_filled, read_rows

from balai.base import stories
from balai.base.models import Access
from balai.base.pages import texts
from balai.casework.cases.models import Case, Draft, Task
from balai.casework.issuing import authority
from balai.doors.console.demo import months, progress, residents, seed, telling, web
from balai.doors.console.demo.cast import PASSPHRASE, find_cast
from balai.project import urls

NOW = datetime(2026, 6, 2, 3, 0, tzinfo=UTC)
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls(__name__)]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Put the cast into a town, and give the folder that knows how far its stories came."""
    make_cast(NOW)
    progress.found(tmp_path, NOW, seed.DESK + 8)
    return tmp_path


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stories, "_STORIES", {})
    monkeypatch.setattr(stories, "autodiscover_modules", lambda name: None)


def tell(home: Path, *, steps: int | None = None) -> progress.City:
    """Tell the stories to their end, or so many items as if the power were cut then."""
    teller = telling.Teller(home, say=lambda line: None)
    if steps is None:
        teller.tell_all()
    else:
        for _ in range(steps):
            teller.step()
    found = progress.read(home)
    assert found is not None
    return found


def test_the_city_opens_with_work_for_everybody_and_each_story_is_told_once_within_its_time(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    seed.lay(NOW, cases=20, say=lambda line: None)
    has_work_for_everybody()
    progress.found(tmp_path, NOW, 20)
    told = tell(tmp_path)
    named = [each.name for each in stories.list_stories()]
    assert {"console.weeks", "console.months", "console.past", "archive.hold", "people.mandate"} <= set(named)
    assert {name: each.fault for name, each in told.progress.items() if each.state != progress.TOLD} == {}
    assert list(told.progress) == named
    assert [each.name for each in stories.list_stories() if told.progress[each.name].cpu_s > each.budget] == []
    own = {"room_cosigning.waits": 1, "issuing.objections": 2}  # stories that bring cases of their own
    brought = sum(count for name, count in own.items() if name in named)
    assert Case.objects.count() == len(seed.SITI) + len(seed.OTHERS) + 20 + brought
    assert not [each for each in caplog.records if each.levelno >= logging.ERROR]
    before = count_rows()
    progress.found(tmp_path, NOW, 20)  # as if nobody had noted that anything was told
    tell(tmp_path)
    assert count_rows() == before


def has_work_for_everybody() -> None:
    cast = find_cast()
    waiting = Task.objects.filter(state="open")
    assert waiting.filter(role="clerk", assignee_id=cast.budi.person_id).count() >= 5
    assert waiting.filter(operation="document.sign").count() >= 3
    assert Case.objects.filter(applicant_id=cast.siti.person_id).count() == len(seed.SITI)
    assert Case.objects.count() == len(seed.SITI) + len(seed.OTHERS) + seed.DESK
    readings = Access.objects.filter(person_id=cast.siti.person_id, reader_id=cast.budi.person_id)
    assert readings.count() >= 3
    assert max(readings.values_list("at", flat=True)) < NOW


def count_rows() -> dict[str, int]:
    """Count the rows of every table, but of those that only note what was asked."""
    left_out = {"base_access", "base_securityevent", "base_shared", "django_session"}
    return {name: len(rows) for name, (_, rows) in read_rows(set(list_filled()) - left_out).items()}


def test_every_story_has_a_title() -> None:
    named = [each.name for each in stories.list_stories()]
    assert [
        (name, lang) for name in named for lang in ("id", "en") if not texts.has(stories.title_of(name), lang)
    ] == []


@pytest.mark.usefixtures("registry")
def test_a_story_that_was_cut_off_goes_on_at_the_next_start(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(authority.SCRYPT, "n", 2**10)
    authority.enroll(find_cast().ratna.person_id, name="Ratna", organisation="Kota", passphrase=PASSPHRASE, now=NOW)
    open_service("izin-usaha-mikro")
    residents.make_residents(NOW)
    stories.story("console.weeks", volume=True)(months.live_weeks)
    kept = tell(home, steps=1)
    assert kept.progress["console.weeks"].state == progress.PLAYING
    assert Case.objects.count() == 1
    assert tell(home).progress["console.weeks"].state == progress.TOLD
    assert Case.objects.count() == 3  # of the eight that are left
    assert not Draft.objects.filter(case=None).exists()


@pytest.mark.usefixtures("registry")
def test_a_story_that_fails_is_told_and_the_others_go_on(
    home: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[str] = []

    @stories.story("trial.broken", order=1)
    def broken(stage: stories.Stage) -> Iterator[None]:
        yield
        raise ZeroDivisionError("the pen <b>broke</b>")

    @stories.story("trial.sound", order=2)
    def sound(stage: stories.Stage) -> None:
        heard.append(stage.story)

    told = tell(home)
    assert heard == ["trial.sound"]
    assert told.progress["trial.broken"].fault == "ZeroDivisionError: the pen <b>broke</b>"
    assert [record.message for record in caplog.records if record.exc_info] == ["story trial.broken failed"]
    page = show(home, monkeypatch)
    assert "the pen &lt;b&gt;broke&lt;/b&gt;" in page and "Gagal" in page and "trial.sound" in page
    assert "data-refresh" not in page  # nothing more comes until it is started again
    tell(home)
    assert heard == ["trial.sound"]  # and only what failed is tried again


@pytest.mark.usefixtures("registry")
def test_the_page_tells_how_far_the_stories_came(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stories.story("console.weeks", order=1)(lambda stage: iter((1, 2, 3)))
    stories.story("console.past", order=2)(lambda stage: None)
    tell(home, steps=2)
    page = show(home, monkeypatch)
    assert "0 dari 2 cerita sudah dimainkan" in page and "data-refresh" in page
    assert "Sedang dimainkan" in page and "2 kejadian" in page and "Menunggu giliran" in page
    tell(home)
    page = show(home, monkeypatch)
    assert "Semua cerita sudah dimainkan" in page and "data-refresh" not in page


@pytest.mark.usefixtures("registry")
def test_an_empty_city_hears_no_stories_and_a_city_of_before_no_volume(tmp_path: Path) -> None:
    make_cast(NOW)
    heard: list[str] = []
    stories.story("trial.news")(lambda stage: heard.append(stage.story))
    stories.story("trial.many", volume=True)(lambda stage: heard.append(stage.story))
    progress.found(tmp_path, NOW, 0)
    assert tell(tmp_path).progress == {} and heard == []
    (tmp_path / progress.FILE).unlink()
    assert tell(tmp_path).progress["trial.many"].state == progress.TOLD
    assert heard == ["trial.news"]


def show(home: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Show the demonstration's first page."""
    with monkeypatch.context() as here:
        here.setattr(web, "is_demo", lambda: True)
        here.setattr(progress, "read", lambda folder, read=progress.read: read(home))
        answer = Client(HTTP_HOST="127.0.0.1").get("/demo/")
    assert answer.status_code == 200
    return answer.content.decode()


urlpatterns = [*urls.urlpatterns, path("demo/", include("balai.doors.console.demo.urls"))]
