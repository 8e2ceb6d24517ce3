"""Addresses of employers in the API."""

from django.urls import URLPattern, path

from .employers import EmployerDetail

urlpatterns: list[URLPattern] = [
    path("<str:code>/", EmployerDetail.as_view(), name="api_employer"),
]
