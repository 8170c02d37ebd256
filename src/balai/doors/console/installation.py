"""Which installation a command works on: its home, its database; loads Django for it."""

import argparse
import os
from pathlib import Path


def add_home(parser: argparse.ArgumentParser) -> None:
    """Declare --home."""
    parser.add_argument(
        "--home", type=Path, metavar="DIR", help="the folder that holds all state (default: .balai/home, or BALAI_HOME)"
    )


def load(args: argparse.Namespace, *, demo: bool = False, port: int | None = None) -> None:
    """Point the settings at the installation and load Django."""
    if getattr(args, "home", None):
        os.environ["BALAI_HOME"] = str(args.home.resolve())
    if demo:
        os.environ["BALAI_DEMO"] = "1"
    else:
        os.environ.pop("BALAI_DEMO", None)  # nobody turns a real hall into a demonstration by a stray variable
    if port is not None and "BALAI_URL" not in os.environ:
        os.environ["BALAI_URL"] = f"http://127.0.0.1:{port}"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "balai.project.settings")
    import django

    django.setup()


def migrate() -> None:
    """Bring the database to this version's tables."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
