"""Addresses of people that no door holds: the first set-up, a new password by phone, a link once more, and the word of an officer who is still there, open to whoever is. allauth's own are mounted by the project."""

from django.urls import path

from balai.records.people import web

app_name = "people"
urlpatterns = [
    path("pemasangan/<str:token>/", web.setup, name="setup"),
    path("akun/password/reset/kode/", web.reset_code, name="reset_code"),
    path("akun/confirm-email/kirim-ulang/", web.resend_mail, name="resend_mail"),
    path("masih-di-sini/", web.stay, name="stay"),
]
