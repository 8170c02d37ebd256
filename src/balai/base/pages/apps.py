from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "balai.base.pages"
    label = "pages"
