"""Addresses of employers in the API."""

from django.urls import URLPattern, path

from .employers import EmployerDetail, EmployerRequests, Employers

urlpatterns: list[URLPattern] = [
    path("", Employers.as_view(), name="api_employers"),
    path("<str:code>/requests/", EmployerRequests.as_view(), name="api_employer_requests"),
    path("<str:code>/", EmployerDetail.as_view(), name="api_employer"),
]
