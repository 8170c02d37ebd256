"""The portal's addresses: open to everybody; a case or draft opens to its holder alone, to others it is not there."""

from django.urls import path

from balai.doors.portal.web import account, apply, case, held, home, mandates, mine, proof, tasks, track, verify

app_name = "portal"
urlpatterns = [
    path("", home.show_home, name="home"),
    path("layanan/", home.list_services, name="services"),
    path("layanan/<slug:service_id>/", home.show_service, name="service"),
    path("layanan/<slug:service_id>/formulir/", home.show_form, name="paper"),
    path("aksesibilitas/", home.show_accessibility, name="accessibility"),
    path("layanan/<slug:service_id>/ajukan/", apply.start, name="start"),
    path("permohonan/<uuid:draft_id>/", apply.go_on, name="draft"),
    path("permohonan/<uuid:draft_id>/simpan/", apply.keep, name="keep"),
    path("permohonan/<uuid:draft_id>/simpan/kirim/", apply.send_code, name="send-code"),
    path("permohonan/<uuid:draft_id>/buang/", apply.discard, name="discard"),
    path("permohonan/<uuid:draft_id>/periksa/", apply.review, name="review"),
    path("permohonan/<uuid:draft_id>/kode/", proof.prove, name="proof"),
    path("permohonan/<uuid:draft_id>/bukti/<uuid:document_id>/", apply.send_file, name="draft-file"),
    path("permohonan/<uuid:draft_id>/<slug:page>/", apply.fill_page, name="page"),
    path("lanjut/", apply.resume, name="resume"),
    path("lanjut/<str:secret>/", apply.resume_by_link, name="resume-link"),
    path("lacak/", track.ask, name="track"),
    path("lacak/kirim-ulang/", track.send_again, name="send-again"),
    path("lacak/<str:number>/<str:code>/", track.follow_link, name="track-link"),
    path("berkas-saya/", mine.list_mine, name="mine"),
    path("akun-saya/", account.show_account, name="account"),
    path("akun-saya/data/", held.show_held, name="held"),
    path("akun-saya/data/unduh/", held.send_held, name="held-file"),
    path("akun-saya/lupakan/", account.ask_to_be_forgotten, name="forget"),
    path("akun-saya/kode-loket/", account.make_counter_code, name="counter-code"),
    path("kuasa/", mandates.show_mandates, name="mandates"),
    path("kuasa/tawarkan/", mandates.offer, name="mandate-offer"),
    path("kuasa/<uuid:mandate_id>/", mandates.decide, name="mandate"),
    path("berkas-saya/kabar/", mine.mark_read, name="read"),
    path("berkas/<str:number>/", case.show_case, name="case"),
    path("berkas/<str:number>/terkirim/", case.show_sent, name="sent"),
    path("berkas/<str:number>/dilihat/", case.show_accesses, name="accesses"),
    path("berkas/<str:number>/tarik/", tasks.withdraw, name="withdraw"),
    path("berkas/<str:number>/jawab/<str:token>/", tasks.answer, name="answer"),
    path("berkas/<str:number>/bukti/<uuid:document_id>/", case.send_file, name="case-file"),
    path("berkas/<str:number>/surat/<uuid:letter_id>/", case.send_letter, name="letter"),
    path("v/", verify.ask, name="verify"),
    path("v/<str:code>", verify.show_letter, name="letter-check"),
]
