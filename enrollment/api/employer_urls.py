"""Addresses of employers in the API."""

from django.urls import URLPattern, path

from .employers import EmployerDetail, Employers

urlpatterns: list[URLPattern] = [
    path("", Employers.as_view(), name="api_employers"),
    path("<str:code>/", EmployerDetail.as_view(), name="api_employer"),
]
