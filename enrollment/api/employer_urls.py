"""Addresses of employers in the API."""

from django.urls import URLPattern, path

from .employers import EmployerDetail, EmployerRequestEnd, EmployerRequests, Employers
from .firm_life import EmployerRestEnd, EmployerRests, EmployerStaff, EmployerTakeovers

urlpatterns: list[URLPattern] = [
    path("", Employers.as_view(), name="api_employers"),
    path("<str:code>/requests/", EmployerRequests.as_view(), name="api_employer_requests"),
    path(
        "<str:code>/requests/<str:number>/withdraw/",
        EmployerRequestEnd.as_view(),
        name="api_employer_request_withdraw",
    ),
    path("<str:code>/staff/", EmployerStaff.as_view(), name="api_employer_staff"),
    path("<str:code>/rests/", EmployerRests.as_view(), name="api_employer_rests"),
    path("<str:code>/rests/end/", EmployerRestEnd.as_view(), name="api_employer_rest_end"),
    path("<str:code>/takeovers/", EmployerTakeovers.as_view(), name="api_employer_takeovers"),
    path("<str:code>/", EmployerDetail.as_view(), name="api_employer"),
]
