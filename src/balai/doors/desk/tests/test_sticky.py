"""Nothing that stays in view covers the page: little of it, and never what is being worked on (WCAG 2.4.11)."""

from typing import Any

import pytest
from tests.browser import IN_A_BROWSER

from balai.doors.desk.tests.test_browser import chromium as chromium
from balai.doors.desk.tests.test_browser import enter
from balai.doors.desk.tests.test_browser import town as town

from .conftest import Office

pytestmark = [*IN_A_BROWSER, pytest.mark.django_db(transaction=True)]

# Scroll as far as something could stay behind, then: how much of the window do those that stayed cover, in percent.
COVERED = """() => {
  scrollTo(0, document.documentElement.scrollHeight / 2);
  let sum = 0;
  for (const one of document.querySelectorAll('body *')) {
    if (!['sticky', 'fixed'].includes(getComputedStyle(one).position)) continue;
    const box = one.getBoundingClientRect();
    sum += Math.max(0, Math.min(innerWidth, box.right) - Math.max(0, box.left)) * Math.max(0, Math.min(innerHeight, box.bottom) - Math.max(0, box.top));
  }
  return 100 * sum / (innerWidth * innerHeight);
}"""
# What has the focus is seen: nothing else lies at its middle.
SEEN = """() => {
  const at = document.activeElement;
  if (at === document.body) return '';
  const box = at.getBoundingClientRect(), x = box.left + Math.min(box.width / 2, 40), y = box.top + Math.min(box.height / 2, 12);
  if (x < 0 || y < 0 || x > innerWidth || y > innerHeight) return 'outside: ' + at.outerHTML.slice(0, 120);
  const top = document.elementFromPoint(x, y), label = at.labels && at.labels[0];
  const stays = top && [top, ...(function* () { for (let up = top; up; up = up.parentElement) yield up; })()].some(up => ['sticky', 'fixed'].includes(getComputedStyle(up).position));
  return stays && !(at === top || at.contains(top) || top.contains(at) || (label && label.contains(top))) ? 'covered: ' + at.outerHTML.slice(0, 120) : '';
}"""


@pytest.mark.parametrize(("width", "height"), [(1280, 800), pytest.param(1024, 768, marks=pytest.mark.long)])
def test_what_stays_in_view_leaves_the_page_free(
    chromium: Any, town: Office, live_server: Any, width: int, height: int
) -> None:
    row = town.case()
    page = enter(chromium, town, live_server, town.cast.budi, width=width)
    page.set_viewport_size({"width": width, "height": height})
    for address in (f"/meja/berkas/{row.number}/", "/meja/", "/meja/cuti/"):
        page.goto(f"{live_server.url}{address}")
        assert page.evaluate(COVERED) <= 20, address
        page.evaluate("() => scrollTo(0, 0)")
        for _ in range(60 if "berkas" in address else 25):
            page.keyboard.press("Tab")
            assert page.evaluate(SEEN) == "", address
