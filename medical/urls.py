"""Addresses of medical insurance: portal pages."""

from django.urls import URLPattern, URLResolver, path

from .portal import providers

urlpatterns: list[URLPattern | URLResolver] = [
    path("find-care/", providers.find, name="find_provider"),
]
