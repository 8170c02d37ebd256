"""`balai lint`: style, types and the floors of the house."""

import argparse

from balai.doors.console.commands import test

HELP = "check style, types and the floors of the house"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.set_defaults(all=False, rest=[])


def run(args: argparse.Namespace) -> int:
    """Run the lint part of the tests."""
    return test.lint()
