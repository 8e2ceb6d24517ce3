"""Addresses of pensions: portal pages and API resources."""

from django.urls import URLPattern, URLResolver, path

from .portal import benefits, claim, estimate, repayment, survivors, transfers

urlpatterns: list[URLPattern | URLResolver] = [
    path("estimate/", estimate.estimate, name="estimate"),
    path("my-estimate/", estimate.my_estimate, name="my_estimate"),
    path("benefits/", benefits.my_benefits, name="benefits"),
    path("benefits/overpaid/<int:pk>/", repayment.repayment, name="repayment"),
    path("benefits/after-a-death/", survivors.claim, name="survivors"),
    path("benefits/transfers/", transfers.mine, name="transfers"),
    path("benefits/transfers/link/", transfers.link, name="transfer_link"),
    path("benefits/transfers/<uuid:public_id>/", transfers.one, name="transfer"),
    path("account/", benefits.my_account, name="account"),
    path("claim/", claim.work, name="claim"),
    path("claim/start/", claim.start, name="claim_start"),
    path("claim/check/", claim.check, name="claim_check"),
    path("claim/<str:number>/done/", claim.done, name="claim_done"),
]
