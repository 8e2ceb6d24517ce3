"""Addresses of employers in the API."""

from django.urls import URLPattern, path

from .employers import EmployerDetail, EmployerRequestEnd, EmployerRequests, Employers

urlpatterns: list[URLPattern] = [
    path("", Employers.as_view(), name="api_employers"),
    path("<str:code>/requests/", EmployerRequests.as_view(), name="api_employer_requests"),
    path(
        "<str:code>/requests/<str:number>/withdraw/",
        EmployerRequestEnd.as_view(),
        name="api_employer_request_withdraw",
    ),
    path("<str:code>/", EmployerDetail.as_view(), name="api_employer"),
]
