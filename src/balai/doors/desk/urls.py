"""Addresses of the officers' door. All need a post and a second factor; those under kelola/ need the keys as well."""

from django.urls import path

from balai.doors.desk.web import case, figures, inbox, sign

app_name = "desk"
urlpatterns = [
    path("", inbox.show_inbox, name="inbox"),
    path("cari/", inbox.search, name="search"),
    path("ambil/", inbox.claim, name="claim"),
    path("berkas/<str:number>/", case.show_case, name="case"),
    path("berkas/<str:number>/kerjakan/", case.complete, name="complete"),
    path("berkas/<str:number>/lepas/", case.release, name="release"),
    path("berkas/<str:number>/serahkan/", case.hand_over, name="hand-over"),
    path("berkas/<str:number>/catatan/", case.add_note, name="note"),
    path("berkas/<str:number>/nomor-luar/", case.add_external_id, name="external-id"),
    path("berkas/<str:number>/nik/", case.show_nik, name="nik"),
    path("berkas/<str:number>/kependudukan/", case.ask_registry, name="registry"),
    path("berkas/<str:number>/dokumen/<uuid:document_id>/", case.open_document, name="document"),
    path("pratinjau/<str:token>/", case.show_preview, name="preview"),
    path("tanda-tangan/", sign.show_letters, name="sign"),
    path("tanda-tangan/kirim/", sign.sign, name="sign-now"),
    path("tanda-tangan/kunci/", sign.make_key, name="key"),
    path("tanda-tangan/<str:number>/<str:token>/konsep.pdf", sign.show_draft, name="draft"),
    path("tanda-tangan/<str:number>/<str:token>/konsep.png", sign.show_draft_picture, name="draft-picture"),
    path("surat/<uuid:letter_id>/", sign.show_letter, name="letter"),
    path("angka/", figures.show_figures, name="figures"),
]
