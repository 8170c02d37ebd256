"""Stories: told in order, by the same ids when they are told again, and only under a name of their own."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from balai.base import stories

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
NOBODY = stories.Member("nobody", UUID(int=1), UUID(int=2))
CAST = stories.Cast(NOBODY, NOBODY, NOBODY, NOBODY, UUID(int=3))


def stage(name: str = "trial.first") -> stories.Stage:
    return stories.Stage(name, CAST, NOW, 12)


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> dict[str, stories.Story]:
    kept: dict[str, stories.Story] = {}
    monkeypatch.setattr(stories, "_STORIES", kept)
    monkeypatch.setattr(stories, "autodiscover_modules", lambda name: None)
    return kept


@pytest.mark.usefixtures("registry")
def test_volume_comes_last_and_the_others_in_their_order() -> None:
    for name, order, volume in (
        ("a.many", 1, True),
        ("b.late", 60, False),
        ("c.early", 10, False),
        ("a.late", 60, False),
    ):
        stories.story(name, order=order, volume=volume)(lambda stage: None)
    assert [each.name for each in stories.list_stories()] == ["c.early", "a.late", "b.late", "a.many"]
    assert [each.budget for each in stories.list_stories()] == [5, 5, 5, 20]


@pytest.mark.parametrize("name", ["trial.first", "trial", "a.b.c"])
@pytest.mark.usefixtures("registry")
def test_a_name_is_of_one_app_and_there_once(name: str) -> None:
    stories.story("trial.first")(lambda stage: None)
    with pytest.raises(ValueError, match=name):
        stories.story(name)(lambda stage: None)


def test_told_again_it_has_the_same_ids_and_dice_and_another_story_has_others() -> None:
    assert stage().id("hold", 1) == stage().id("hold", 1)
    assert len({stage().id("hold", 1), stage().id("hold", 2), stage("trial.second").id("hold", 1)}) == 3
    assert stage().chance(7).random() == stage().chance(7).random() != stage().chance(8).random()


@pytest.mark.django_db
def test_what_was_done_before_it_was_cut_off_is_known() -> None:
    assert stage().first("hold")
    assert not stage().first("hold")
    assert stage().first("another")
    assert stage("trial.second").first("hold")
