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
    path("api/v1/mandates/", api.Mandates.as_view(), name="api_mandates"),
    path("api/v1/mandates/<str:number>/orders/", api.Orders.as_view(), name="api_orders"),
    path(
        "api/v1/mandates/<str:number>/valuations/",
        api.Valuations.as_view(),
        name="api_valuations",
    ),
    path("api/v1/custodian-files/", api.CustodianFiles.as_view(), name="api_custodian_files"),
    path("api/v1/ledger/batches/", api.LedgerBatches.as_view(), name="api_ledger_batches"),
    path(
        "api/v1/funds/<int:number>/transfers/",
        api.LedgerTransfers.as_view(),
        name="api_ledger_transfers",
    ),
    path(
        "api/v1/funds/<int:number>/statements/",
        api.FundStatements.as_view(),
        name="api_fund_statements",
    ),
    path("api/v1/bank-statements/", api.BankStatements.as_view(), name="api_bank_statements"),
    path(
        "api/v1/bank-statements/<int:number>/lines/",
        api.StatementLines.as_view(),
        name="api_statement_lines",
    ),
    path("api/v1/bank-returns/", api.BankReturns.as_view(), name="api_bank_returns"),
]
