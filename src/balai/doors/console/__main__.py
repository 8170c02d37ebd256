"""Finds the subcommand and runs it; only its own module is loaded, so that help and checks start at once."""

import argparse
import importlib
import pkgutil
import sys

from balai import __version__
from balai.doors.console import commands


def names() -> list[str]:
    """List the subcommands there are."""
    return sorted(found.name.replace("_", "-") for found in pkgutil.iter_modules(commands.__path__))


def main(arguments: list[str] | None = None) -> int:
    """Run one subcommand and give its exit code."""
    words = sys.argv[1:] if arguments is None else arguments
    if not words or words[0] in ("help", "-h", "--help"):
        return _help()
    if words[0] in ("--version", "version"):
        print(f"balai {__version__}")
        return 0
    if words[0] not in names():
        print(f"balai: there is no command {words[0]!r}. `./balai help` lists them.", file=sys.stderr)
        return 2
    module = importlib.import_module(f"balai.doors.console.commands.{words[0].replace('-', '_')}")
    parser = argparse.ArgumentParser(prog=f"balai {words[0]}", description=module.HELP)
    module.add_arguments(parser)
    try:
        return int(module.run(parser.parse_args(words[1:])))
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return 141


def _help() -> int:
    print(f"Balai {__version__}: a whole city hall in one program.\n\nusage: ./balai COMMAND [options]\n")
    for name in names():
        module = importlib.import_module(f"balai.doors.console.commands.{name.replace('-', '_')}")
        print(f"  {name:<16} {module.HELP}")
    print("\nBegin with ./balai demo; `./balai COMMAND --help` says more about one.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
