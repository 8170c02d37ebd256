"""What makes the hall installable and tolerant of dead links: its manifest, and a worker that keeps the shell in the browser.

The worker keeps files under the name of their content and one page, in each language, that says there is no connection. What was
made for a person never lies in its cache. A new release, or another face, is another worker, which throws the older one's away.
"""

import hashlib
import json
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from balai.base.pages import assets, contact, face, links, texts
from balai.base.pages.frames import Frame
from balai.base.pages.guards import open_page
from balai.engine.manifest.face import GROUNDS

PAGE = "citizen.offline"  # the page that is shown without a connection, by language
SIZES = (192, 512)
STOP = (
    "addEventListener('install', () => skipWaiting());\n"
    "addEventListener('activate', event => event.waitUntil((async () => {\n"
    "for (const name of await caches.keys()) if (name.startsWith('balai-')) await caches.delete(name);\n"
    "await registration.unregister();\n"
    "})()));\n"
)  # what a hall answers that switched the worker off: the browser's next visit takes it away


@open_page
@require_GET
def send_manifest(request: HttpRequest) -> HttpResponse:
    """Send what a phone needs to put the hall on its first screen: name, icons, colours, where it begins."""
    frame, colours = Frame(request), face.get_face().colours
    shown = [
        {
            "src": address(f"icon-{kind}{size}.png"), "sizes": f"{size}x{size}", "type": "image/png",
            "purpose": "maskable" if kind else "any",
        }
        for size in SIZES for kind in ("", "maskable-")
    ]  # fmt: skip
    told = {
        "id": "/", "start_url": "/", "scope": "/", "display": "minimal-ui", "lang": frame.lang, "dir": "ltr",
        "name": f"{frame.town} — {texts.say('pages.face.citizen')}", "short_name": frame.town[:24],
        "theme_color": colours["brand"][0], "background_color": GROUNDS["paper"][0],
        "color_scheme_dark": {"theme_color": colours["brand"][1], "background_color": GROUNDS["paper"][1]},
        "icons": shown,
    }  # fmt: skip
    response = HttpResponse(json.dumps(told, ensure_ascii=False), content_type="application/manifest+json")
    response["Cache-Control"] = "no-cache"
    return response


@open_page
@require_GET
def send_worker(request: HttpRequest) -> HttpResponse:
    """Send the worker, or with `BALAI_OFFLINE=0` one that takes itself and all it kept away."""
    body = write_worker() if settings.BALAI_OFFLINE else STOP
    response = HttpResponse(body, content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"  # a browser asks anew on each visit, so that a release replaces it
    response["Service-Worker-Allowed"] = "/"
    return response


@lru_cache(maxsize=1)
def write_worker() -> str:
    """Write the worker: which files it keeps, under a version made of all of their contents."""
    own = "emblem.svg" if face.get_face().emblem else "icon.svg"
    shell = [address(name) for name in ("balai.css", "balai.js", "offline.js", own)]
    pages = {lang: links.path(PAGE, lang) for lang in texts.languages()}
    body = assets.get_asset("sw.js").body.decode()
    told = json.dumps({"shell": shell, "pages": pages}, sort_keys=True)
    words = json.dumps([dict(texts.table(lang)) for lang in texts.languages()], sort_keys=True)
    seen = f"{told}\n{face.get_face()}\n{contact.get_contact()}\n{words}\n{body}"
    version = hashlib.sha256(seen.encode()).hexdigest()[:12]
    return f"const VERSION = '{version}', SHELL = {json.dumps(shell)}, PAGES = {json.dumps(pages)};\n{body}\n"


def address(name: str) -> str:
    """Give the address of a file of the program, under the name of its content."""
    return f"/-/{assets.get_asset(name).digest}/{name}"
