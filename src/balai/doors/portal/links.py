"""The portal's pages that messages lead to."""

from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from balai.base.pages import cards, links, texts
from balai.casework.cases.queries import CaseView
from balai.casework.issuing import queries as issuing
from balai.doors.portal.progress import moment_text

links.lead("citizen.service", "/layanan/{}/", "portal:service")
links.lead("citizen.mine", "/berkas-saya/", "portal:mine")
links.lead("citizen.application", "/permohonan/{}/", "portal:draft")
links.lead("citizen.case", "/berkas/{}/", "portal:case")
links.lead("citizen.case-readings", "/berkas/{}/dilihat/", "portal:accesses")
links.lead("citizen.tracking", "/lacak/{}/{}/", "portal:track-link")
links.lead("citizen.ours", "/dari-kami/", "portal:ours")
links.lead("citizen.resume", "/lanjut/{}/", "portal:resume-link")
links.lead("citizen.offline", "/luring/{}/", "portal:offline-in")
links.lead("citizen.account", "/akun-saya/", "portal:account")
links.lead("citizen.readings", "/akun-saya/dilihat/", "portal:looked")
links.lead("citizen.email", "/akun/email/", "account_email")
links.lead("citizen.mandates", "/kuasa/", "portal:mandates")
links.lead("letter.check", "/v/{}", "portal:letter-check")


def draw_deliveries(request: HttpRequest, view: CaseView) -> SafeString | str:
    """Show a holder who took their letters on paper; nothing where nobody did."""
    if view.row.status != "closed" or view.hidden:
        return ""
    lang, zone = texts.language(), ZoneInfo(view.service.zone)
    lines = [
        texts.say(
            "portal.delivered.line", lang, number=one.number, at=moment_text(one.at, zone, lang), name=one.receiver,
            relation=texts.say(f"issuing.delivery.relation.{one.relation}", lang),
        )
        for one in issuing.list_deliveries(view.row)
    ]  # fmt: skip
    return render_to_string("portal/parts/delivered.html", {"lines": lines}, request) if lines else ""


cards.lay("case.citizen", "deliveries", draw_deliveries, order=5)
