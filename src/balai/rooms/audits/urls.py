"""Addresses of the auditor's room: its pages need an auditor, answering needs a head of the unit, the count is open to everybody."""

from django.urls import path

from balai.rooms.audits import web

app_name = "audits"
urlpatterns = [
    path("tindak-lanjut/", web.show_public, name="public"),
    path("meja/tindak-lanjut/", web.list_answers, name="answers"),
    path("meja/tindak-lanjut/<uuid:finding_id>/", web.show_answer, name="answer"),
    path("meja/pemeriksaan/cari/", web.search, name="search"),
    path("meja/pemeriksaan/cari/tabel.csv", web.export, name="export"),
    path("meja/pemeriksaan/sampel/", web.list_samples, name="samples"),
    path("meja/pemeriksaan/sampel/<uuid:sample_id>/", web.show_sample, name="sample"),
    path("meja/pemeriksaan/sampel/<uuid:sample_id>/populasi.txt", web.fetch_population, name="population"),
    path("meja/pemeriksaan/berkas/", web.list_dossiers, name="dossiers"),
    path("meja/pemeriksaan/berkas/<uuid:dossier_id>/berkas-perkara.pdf", web.fetch_dossier, name="dossier"),
    path("meja/pemeriksaan/temuan/", web.list_findings, name="findings"),
    path("meja/pemeriksaan/temuan/<uuid:finding_id>/", web.show_finding, name="finding"),
]
