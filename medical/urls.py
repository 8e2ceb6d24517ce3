"""Addresses of medical insurance: portal pages."""

from django.urls import URLPattern, URLResolver, path

from .portal import cover, providers

urlpatterns: list[URLPattern | URLResolver] = [
    path("find-care/", providers.find, name="find_provider"),
    path("medical/", cover.cover, name="medical_cover"),
    path("medical/away/", cover.file_away, name="medical_away"),
    path("medical/away/<int:pk>/end/", cover.end_away, name="medical_away_end"),
    path("medical/share/", cover.share, name="medical_share"),
    path("medical/share/<int:pk>/end/", cover.end_share, name="medical_share_end"),
    path("medical/disease/", cover.disease, name="medical_disease"),
]
