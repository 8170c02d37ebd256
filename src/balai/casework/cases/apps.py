from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "balai.casework.cases"
    label = "cases"
