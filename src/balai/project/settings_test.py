"""Settings for the tests: a home of their own, fast hashing, and PostgreSQL when BALAI_DATABASE names one."""

import os
import tempfile
from pathlib import Path

os.environ["BALAI_HOME"] = tempfile.mkdtemp(prefix="balai-test-")

from balai.project.settings import *  # noqa: F403
from balai.project.settings import BALAI_HOME, DATABASES

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
if str(DATABASES["default"]["ENGINE"]).endswith("sqlite3"):
    DATABASES["default"]["TEST"] = {"NAME": str(Path(BALAI_HOME) / "test.sqlite3")}
else:
    DATABASES["default"]["OPTIONS"] = {}
BALAI_PLUGS = {"mail": "demo", "sms": "demo", "signer": "local", "scanner": "off", "registry:penduduk": "synthetic"}
