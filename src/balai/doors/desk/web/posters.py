"""Posters: which service, which unit, which language; then the PDF."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from balai.base.pages import texts
from balai.casework.catalogue import queries as catalogue
from balai.casework.issuing import posters
from balai.records.entrance.officers import Desk, administrator_page
from balai.records.offices import queries as offices


@require_GET
@administrator_page
def show_poster(request: HttpRequest, desk: Desk, service_id: str) -> HttpResponse:
    """Ask for which unit and in which language; once both are said, send the poster to be saved and printed."""
    service, code = catalogue.get_service(service_id), request.GET.get("unit", "")
    lang = request.GET.get("bahasa", "")
    if code and lang in texts.languages():
        unit = offices.get_unit(code)
        response = HttpResponse(posters.make_poster(service, unit, lang, now=desk.now), content_type="application/pdf")
        response["Content-Disposition"] = f'attachment; filename="poster-{service.id}-{unit.code}-{lang}.pdf"'
        return response
    handled = service.handled_by
    units = (
        [offices.get_unit(handled.unit)]
        if handled.unit and not handled.is_own
        else offices.list_units(handled.unit_kind or None)
    )
    context = {
        "desk": desk,
        "id": service.id,
        "title": service.text("title", desk.lang),
        "units": [(unit.code, unit.name) for unit in units],
        "languages": [(each, texts.say(f"desk.poster.{each}"), each == desk.lang) for each in texts.languages()],
    }
    return render(request, "desk/admin/poster.html", context)
