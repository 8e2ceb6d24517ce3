"""Addresses of assistance: portal pages and API resources."""

from django.urls import URLPattern, URLResolver, path

from .portal import check, mine

urlpatterns: list[URLPattern | URLResolver] = [
    path("needs/", check.anybody, name="needs_check"),
    path("my-needs/", check.mine, name="needs"),
    path("assistance/", mine.assistance, name="assistance"),
    path("assistance/authorise/", mine.authorise, name="assistance_authorise"),
    path("assistance/others/", mine.apply_for_others, name="assistance_others"),
    path("assistance/grants/<int:pk>/", mine.grant, name="assistance_grant"),
    path("assistance/answers/<int:pk>/object/", mine.objection, name="assistance_objection"),
    path("assistance/<str:number>/", mine.application, name="assistance_application"),
]
