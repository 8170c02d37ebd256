"""`balai keys`: see, rotate, and keep the town's keys: what everything in the hall is sealed with.

`export`, `import` and `secret` work on the files alone, so that they work when the hall refuses to start for want of a key.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from balai.doors.console import claims, installation

HELP = "see, rotate, export and bring back the keys that everything is sealed with"
REST = 0.02  # seconds between two batches, for those who work meanwhile


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    installation.add_home(parser)
    parser.add_argument(
        "deed", nargs="?", choices=list(DEEDS), default="list",
        help="list (the default): the keys, and how many vaults each opens; rotate: wrap all vaults under a new key while the hall"
        " works, or go on where that was cut off; retire: delete a wrapping key that no vault names any more; export: write the"
        " keys as text to print; import: bring them back from there, never over another; secret: make secret.key where it alone is"
        " missing, which signs everybody out",
    )  # fmt: skip
    parser.add_argument(
        "names", nargs="*", metavar="ID|FILE", help="retire: the key's id; import: files with shares (none: they are typed, and ended by Ctrl+D)"
    )  # fmt: skip
    parser.add_argument(
        "--prepare", action="store_true", help="rotate: make the key alone, to copy it to the other machines before it is used"
    )  # fmt: skip
    parser.add_argument(
        "--shares", type=int, default=2, metavar="N", help="export: on how many papers, all of which give the keys together; 1: for a sealed envelope"
    )  # fmt: skip
    parser.add_argument("--to", type=Path, metavar="DIR", help="export: the folder for the papers; not in the home")


def run(args: argparse.Namespace) -> int:
    """Do one of them; exit code 1 when it could not be done."""
    return DEEDS[args.deed](args)


# ---- with the hall's database ----------------------------------------------------------------------------------------


def _list(args: argparse.Namespace) -> int:
    installation.load(args, judged=False)
    from balai.base import keys

    obstacle = keys.find_obstacle()
    if obstacle is not None and obstacle.code != "key-missing":
        print(f"{obstacle.words} ({obstacle.code})")
        return 1
    for key in keys.list_keys():
        what = "wraps what is new" if key.is_current else f"retired {key.retired_at:%Y-%m-%d}" if key.retired_at else ""
        lost = "" if key.is_here or key.retired_at else "MISSING"
        since = f"{key.since:%Y-%m-%d}" if key.since else "unused    "
        print(f"{key.key_id}  {key.role:<9} {since}  {key.vaults:>9} vaults  {what}{lost}".rstrip())
    return 0 if obstacle is None else 1


def _rotate(args: argparse.Namespace) -> int:
    home = installation.point(args)
    claims.claim_home(home, "keys")
    installation.load(args)
    from balai.base import crypto, keyring, keys

    if args.prepare:
        key_id = keyring.mint_wrapping(home)
        print(
            f"Key {key_id} is made and not used yet. Copy keys/wrap-{key_id}.key to each machine, then rotate on each."
        )
        return 0
    told = _told()
    key_id = keys.begin_rotation(uuid4(), **told())
    print(f"Key {key_id} wraps what is new; the vaults follow while the hall works.", flush=True)
    try:
        total = _rewrap_all(told)
    except crypto.Tampered as error:
        print(f"A vault does not open: {error}. Run `./balai doctor` and `./balai verify-journal`; the old keys stay.")
        return 1
    print(
        f"{total} vaults were wrapped anew. Take a backup and a new export now; older keys stay until `./balai keys retire`."
    )
    return 0


def _rewrap_all(told: Any) -> int:
    """Wrap everything, then look again, until a round finds nothing: others go on making vaults meanwhile."""
    from balai.base import keys

    total = 0
    while True:
        after: UUID | None = None
        changed = 0
        while True:
            after, done = keys.rewrap(uuid4(), **told(), after=after)
            changed += done
            if after is None:
                break
            if done:
                time.sleep(REST)
        total += changed
        if not changed:
            return total


def _retire(args: argparse.Namespace) -> int:
    if len(args.names) != 1:
        print("Which key? `./balai keys` lists them: ./balai keys retire ID")
        return 2
    installation.load(args)
    from balai.base import keys
    from balai.base.errors import Conflict

    key_id = args.names[0]
    try:
        keys.retire(uuid4(), **_told()(), key_id=key_id)
    except Conflict as error:
        print(error.message("en"))
        return 1
    print(f"Key {key_id} is gone from this home. Older backups without keys open with your older export only.")
    return 0


def _told() -> Any:
    """Give what every deed of this command is told: who, and when."""
    from balai.base.actors import Actor

    actor = Actor("system", "console", name="keys")
    return lambda: {"actor": actor, "now": datetime.now(UTC)}


# ---- with the files alone --------------------------------------------------------------------------------------------


def _export(args: argparse.Namespace) -> int:
    from balai.base import keyring, shares

    home = installation.point(args).resolve()
    if missing := [name for name in keyring.list_missing(home) if name != keyring.SECRET]:
        print(f"{', '.join(missing)} is missing in {home / 'keys'}; there is nothing whole to export.")
        return 1
    if args.to is None or args.to.resolve().is_relative_to(home) or not 1 <= args.shares <= 9:
        print("Give --to, a folder outside the home, with whose loss it would be lost; and 1 to 9 --shares.")
        return 2
    args.to.mkdir(mode=0o700, parents=True, exist_ok=True)
    for share in shares.split(home, args.shares):
        path = args.to / f"balai-{share.set_id}-{share.number}-{share.of}.txt"
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(shares.write(share))
        print(path)
    who = (
        "Print it for the envelope" if args.shares == 1 else f"Print each for one person; all {args.shares} are needed"
    )
    print(f"{who}, try `./balai keys import` with what was printed on an empty home, then destroy the files.")
    return 0


def _import(args: argparse.Namespace) -> int:
    from balai.base import keyring, shares

    home, files = installation.point(args).resolve(), [Path(name) for name in args.names]
    try:
        read = shares.read("\n".join(path.read_text(encoding="utf-8") for path in files) if files else sys.stdin.read())
        names = shares.restore(home, shares.join(read))
    except (shares.ShareUnreadable, OSError, UnicodeDecodeError) as error:
        print(f"Nothing was brought back: {error}", file=sys.stderr)
        return 1
    print(f"{', '.join(name for name in names if name.endswith('.key'))} are back in {home / 'keys'}.")
    if not (home / "keys" / keyring.SECRET).exists():
        keyring.mint(home)
        print("secret.key was made anew: everybody signs in again.")
    print("Run `./balai doctor`. Officers' signing keys are in signing/, which only a backup brings back.")
    return 0


def _secret(args: argparse.Namespace) -> int:
    from balai.base import keyring

    home = installation.point(args)
    if keyring.list_missing(home) != [keyring.SECRET]:
        print("This makes secret.key alone, and only where nothing but it is missing.")
        return 1
    keyring.mint(home)
    print("secret.key is new; everybody signs in again, and links in older mails no longer work.")
    return 0


DEEDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "list": _list, "rotate": _rotate, "retire": _retire, "export": _export, "import": _import, "secret": _secret,
}  # fmt: skip
