"""A headless Chromium for the tests, and why there may be none."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, sync_playwright

from balai.doors.console import machine

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
MISSING = [package for name, package in machine.BROWSER.items() if not machine.has(name)]
IN_A_BROWSER = [
    pytest.mark.browser,
    pytest.mark.skipif(bool(MISSING), reason=f"no {', '.join(MISSING)} here; `./balai test` installs it as root"),
]


@contextmanager
def open_browser(
    *, program: str = "", flags: Sequence[str] = (), environment: dict[str, str] | None = None
) -> Iterator[Browser]:
    """Open a headless Chromium; by another program, with further flags and in an environment of its own where one is named."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program or shutil.which("chromium"), args=[*FLAGS, *flags], env=environment
        )
        yield browser
        browser.close()
