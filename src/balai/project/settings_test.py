"""Settings for the tests: a home of their own, fast hashing, and PostgreSQL when BALAI_DATABASE names one."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

os.environ["BALAI_HOME"] = _home = tempfile.mkdtemp(prefix="balai-test-")

from balai.project.settings import *  # noqa: F403
from balai.project.settings import BALAI_HOME, DATABASES

_owner = os.getpid()


@atexit.register
def _clear() -> None:
    if os.getpid() == _owner:  # a fork that ends takes nothing away from whoever goes on
        shutil.rmtree(_home, ignore_errors=True)


PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
if str(DATABASES["default"]["ENGINE"]).endswith("sqlite3"):
    DATABASES["default"]["TEST"] = {"NAME": str(Path(BALAI_HOME) / "test.sqlite3")}
else:
    DATABASES["default"]["OPTIONS"] = {}
BALAI_PLUGS = {"mail": "demo", "sms": "demo", "signer": "local", "scanner": "off", "registry:penduduk": "synthetic"}
