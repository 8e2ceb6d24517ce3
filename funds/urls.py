"""Addresses of funds: the public page, API resources."""

from django.urls import URLPattern, URLResolver, path

from . import api, portal

urlpatterns: list[URLPattern | URLResolver] = [
    path("funds/", portal.public, name="public_funds"),
    path("funds/outlook/", portal.lasting, name="public_outlook"),
    path("api/v1/payment-batches/", api.PaymentBatches.as_view(), name="api_payment_batches"),
    path(
        "api/v1/payment-batches/<int:number>/file/",
        api.PaymentFile.as_view(),
        name="api_payment_file",
    ),
    path("api/v1/bank-returns/", api.BankReturns.as_view(), name="api_bank_returns"),
]
