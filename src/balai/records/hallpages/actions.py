"""Publishing a page of the hall, and taking it down."""

from datetime import datetime
from uuid import UUID

from balai.base.actors import Actor
from balai.base.errors import NotFound
from balai.records.folders import actions as folders
from balai.records.folders.models import FolderVersion
from balai.records.hallpages import policy, queries
from balai.records.hallpages.folders import PAGES


def publish(*, command_id: UUID, actor: Actor, now: datetime, page_id: str) -> FolderVersion:
    """Show a page as its folder says now.

    :raises NotAllowed, NotFound: there is no such folder; :raises Problems: it has faults
    :raises Invalid: `version-reused` when other content was published under the same version name
    """
    policy.require_publisher(actor)
    found = {path.name: path for path in PAGES.list_folders(queries.place())}
    if page_id not in found:
        raise NotFound
    return folders.publish(PAGES, found[page_id], queries.town(), actor=actor, now=now, command_id=command_id)


def take_down(*, command_id: UUID, actor: Actor, now: datetime, page_id: str) -> None:
    """Show a page no longer; its versions stay. :raises NotAllowed, NotFound: it is not shown."""
    policy.require_publisher(actor)
    folders.withdraw(PAGES, page_id, actor=actor, now=now, command_id=command_id)
