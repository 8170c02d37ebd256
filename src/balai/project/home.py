"""The folder that holds all of an installation's state: keys, database, documents, temporary files."""

from pathlib import Path

from balai.base import keyring

_FOLDERS = ("keys", "documents", "tmp", "static", "log")


class Unopenable(SystemExit):
    """This home cannot be used as it is; says what to do, exit code 1."""


def ensure_home(home: Path, database: str = "") -> str:
    """Make the home's folders, and its keys where nothing was ever sealed yet; give Django's secret key.

    :raises Unopenable: when a key is missing although there is a database or a file: a new key would open nothing of it.
    """
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in _FOLDERS:
        (home / name).mkdir(mode=0o700, exist_ok=True)
    if missing := keyring.list_missing(home):
        _require_new(home, database, missing)
        keyring.mint(home)
    return (home / "keys" / keyring.SECRET).read_text(encoding="ascii")


def _require_new(home: Path, database: str, missing: list[str]) -> None:
    """Refuse to make a key unless this hall is new."""
    if not (_has_files(home) or (_has_tables(database) if database else _has_rows(home))):
        return
    lost = ", ".join(missing)
    way_out = (
        "Only secret.key is missing: `./balai keys secret` makes a new one, which signs everybody out and loses nothing."
        if missing == [keyring.SECRET]
        else "Restore the folder keys/ from a backup, or run `./balai keys import` with what you exported."
    )
    raise Unopenable(
        f"balai: {lost} is missing in {home / 'keys'}, but this hall holds sealed data already, which no new key opens. {way_out}"
    )


def _has_files(home: Path) -> bool:
    return (home / "tables").exists() or any(path.is_file() for path in (home / "documents").rglob("*"))


def _has_rows(home: Path) -> bool:
    file = home / "balai.sqlite3"
    return file.exists() and file.stat().st_size > 0


def _has_tables(database: str) -> bool:
    """Ask a database server; only here, where a key is missing, is it asked before Django is."""
    import psycopg

    try:
        with psycopg.connect(database, connect_timeout=5) as line:
            row = line.execute("SELECT to_regclass('base_vault') IS NOT NULL").fetchone()
    except psycopg.OperationalError as error:
        raise Unopenable(
            f"balai: this home has no keys, and the database cannot be asked whether it needs them ({error})."
        ) from None
    return bool(row and row[0])
