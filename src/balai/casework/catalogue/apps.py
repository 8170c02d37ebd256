from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "balai.casework.catalogue"
    label = "catalogue"
