"""Addresses of pensions: portal pages and API resources."""

from django.urls import URLPattern, URLResolver, path

from .api import benefits as benefit_api
from .api import choices as choice_api
from .api import claims as claim_api
from .api import few_months as few_months_api
from .api import transfers as transfer_api
from .portal import (
    benefits,
    choices,
    claim,
    disability,
    estimate,
    few_months,
    more,
    repayment,
    resident_claim,
    special_work,
    survivors,
    transfers,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("estimate/", estimate.estimate, name="estimate"),
    path("my-estimate/", estimate.my_estimate, name="my_estimate"),
    path("my-estimate/paper/", estimate.my_estimate_paper, name="my_estimate_paper"),
    path("pay-more/", more.stated, name="more"),
    path("my-pay-more/", more.own, name="my_more"),
    path("benefits/", benefits.my_benefits, name="benefits"),
    path("benefits/overpaid/<int:pk>/", repayment.repayment, name="repayment"),
    path("benefits/after-a-death/", survivors.claim, name="survivors"),
    path("benefits/earlier-or-later/", choices.choose, name="choice"),
    path("benefits/unable-to-work/", disability.claim, name="disability"),
    path("benefits/too-few-months/", few_months.choose, name="few_months"),
    path("benefits/arduous-work/", special_work.mine, name="special_work"),
    path("benefits/transfers/", transfers.mine, name="transfers"),
    path("benefits/transfers/link/", transfers.link, name="transfer_link"),
    path("benefits/transfers/<uuid:public_id>/", transfers.one, name="transfer"),
    path("account/", benefits.my_account, name="account"),
    path("account/paper/", benefits.my_account_paper, name="account_paper"),
    path("claim/", claim.work, name="claim"),
    path("claim/start/", claim.start, name="claim_start"),
    path("claim/check/", claim.check, name="claim_check"),
    path("claim/resident/", resident_claim.start, name="resident_claim"),
    path("claim/resident/check/", resident_claim.check, name="resident_claim_check"),
    path("claim/<str:number>/done/", claim.done, name="claim_done"),
    path("api/v1/transfers/", transfer_api.Transfers.as_view(), name="api_transfers"),
    path(
        "api/v1/transfers/requests/",
        transfer_api.TransferRequests.as_view(),
        name="api_transfer_requests",
    ),
    path(
        "api/v1/transfers/forms/", transfer_api.TransferForms.as_view(), name="api_transfer_forms"
    ),
    path(
        "api/v1/transfers/<uuid:public_id>/",
        transfer_api.TransferDetail.as_view(),
        name="api_transfer",
    ),
    path(
        "api/v1/transfers/<uuid:public_id>/months/",
        transfer_api.TransferMonths.as_view(),
        name="api_transfer_months",
    ),
    path(
        "api/v1/transfers/<uuid:public_id>/confirm/",
        transfer_api.TransferConfirmation.as_view(),
        name="api_transfer_confirm",
    ),
    path(
        "api/v1/transfers/<uuid:public_id>/reject/",
        transfer_api.TransferRejection.as_view(),
        name="api_transfer_reject",
    ),
    path(
        "api/v1/transfers/<uuid:public_id>/withdraw/",
        transfer_api.TransferWithdrawal.as_view(),
        name="api_transfer_withdraw",
    ),
    path(
        "api/v1/people/<uuid:public_id>/transfers/",
        transfer_api.PersonTransfers.as_view(),
        name="api_person_transfers",
    ),
    path(
        "api/v1/people/<uuid:public_id>/pension/",
        benefit_api.PersonPension.as_view(),
        name="api_person_pension",
    ),
    path(
        "api/v1/people/<uuid:public_id>/estimate/",
        benefit_api.PersonEstimate.as_view(),
        name="api_person_estimate",
    ),
    path(
        "api/v1/people/<uuid:public_id>/pension-claims/",
        claim_api.PensionClaims.as_view(),
        name="api_person_pension_claims",
    ),
    path("api/v1/pension-claims/", claim_api.PensionClaimList.as_view(), name="api_pension_claims"),
    path(
        "api/v1/pension-claims/<str:number>/",
        claim_api.PensionClaimDetail.as_view(),
        name="api_pension_claim",
    ),
    path(
        "api/v1/pension-claims/<str:number>/papers/",
        claim_api.PensionClaimPapers.as_view(),
        name="api_pension_claim_papers",
    ),
    path(
        "api/v1/people/<uuid:public_id>/retirement-choice/",
        choice_api.RetirementChoices.as_view(),
        name="api_person_retirement_choice",
    ),
    path(
        "api/v1/people/<uuid:public_id>/retirement-choice/withdraw/",
        choice_api.RetirementChoiceWithdrawal.as_view(),
        name="api_person_retirement_choice_withdraw",
    ),
    path(
        "api/v1/people/<uuid:public_id>/few-months/",
        few_months_api.FewMonths.as_view(),
        name="api_person_few_months",
    ),
    path(
        "api/v1/pension-balances/<str:number>/confirm/",
        few_months_api.BalanceConfirmation.as_view(),
        name="api_pension_balance_confirm",
    ),
    path("api/v1/payrolls/", benefit_api.Payrolls.as_view(), name="api_payrolls"),
]
