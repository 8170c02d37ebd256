"""`balai unit`: the offices of the town, and closing one, or one of its posts, or opening it again."""

import argparse
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import uuid4

from balai.doors.console import installation

if TYPE_CHECKING:
    from balai.records.offices.models import Post, Unit

HELP = "list the units and posts, close one in which nothing lies any more, or open it again"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    installation.add_home(parser)
    parser.add_argument("what", choices=("list", "close", "reopen"))
    parser.add_argument("code", nargs="?", default="", help="the unit's code, such as kel-64.72.05.1003")
    parser.add_argument("--post", default="", help="the title of one of its posts: only this one is closed or reopened")
    parser.add_argument("--reason", default="", help="why, such as the number of the decree; it stands in the journal")


def run(args: argparse.Namespace) -> int:
    """List, close or reopen; exit code 1 when it was refused, with what lies there."""
    installation.load(args)
    from balai.base.errors import BalaiError, NotFound
    from balai.records.offices import queries

    if args.what == "list":
        return _list(args.code)
    try:
        unit = queries.get_unit(args.code)
        post = _post(unit, args.post) if args.post else None
    except NotFound:
        print(f"There is no unit {args.code or '(name one)'}{f' with a post {args.post}' if args.post else ''}.")
        return 1
    named = f"{unit.code}, {post.title}" if post else unit.code
    try:
        _do(unit, post, args.reason, again=args.what == "reopen")
    except BalaiError as refused:
        print(f"{named}: {refused.message('en')}")
        if refused.code in ("unit-in-use", "post-in-use"):
            _say_lying(unit, post)
        return 1
    print(f"{named} is {'open again' if args.what == 'reopen' else 'closed'}.")
    return 0


def _do(unit: "Unit", post: "Post | None", reason: str, *, again: bool) -> None:
    from balai.base.actors import Actor
    from balai.records.offices import actions

    actor, now, command = Actor("system", "console", name="unit"), datetime.now(UTC), uuid4()
    if post is not None:
        do_post = actions.reopen_post if again else actions.close_post
        do_post(command_id=command, actor=actor, now=now, post_id=post.id, reason=reason)
    else:
        do_unit = actions.reopen_unit if again else actions.close_unit
        do_unit(command_id=command, actor=actor, now=now, unit_id=unit.id, reason=reason)


def _post(unit: "Unit", title: str) -> "Post":
    from balai.base.errors import NotFound
    from balai.records.offices import queries

    for post in [*queries.list_posts(unit.id), *queries.list_closed_posts(unit.id)]:
        if post.title == title:
            return post
    raise NotFound


def _say_lying(unit: "Unit", post: "Post | None") -> None:
    from django.utils.timezone import localdate

    from balai.base.pages import texts
    from balai.records.offices import queries

    for one in queries.list_lying(unit, localdate(), post):
        print(f"  {texts.say(one.words, 'en', count=one.count)}")


def _list(code: str) -> int:
    from django.utils.timezone import localdate

    from balai.records.offices import queries

    closed = [(unit.code, unit.name, f"  closed since {unit.closed_on}") for unit in queries.list_closed_units()]
    rows = [
        (row.code, row.name, f"  {row.held} of {row.posts} posts held") for row in queries.list_unit_rows(localdate())
    ]
    for each, name, told in [*rows, *closed]:
        if code in ("", each):
            print(f"{each:<24} {name}{told}")
    if code:
        unit = queries.get_unit(code)
        for post in queries.list_posts(unit.id):
            print(f"  {post.role:<14} {post.title}")
        for post in queries.list_closed_posts(unit.id):
            print(f"  {post.role:<14} {post.title}  closed since {post.closed_on}")
    return 0
