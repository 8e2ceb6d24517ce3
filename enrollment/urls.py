"""Addresses of enrollment: portal pages and API resources."""

from django.urls import URLPattern, URLResolver, include, path

from . import api
from .api import asking, certificates, collection, rates, registry
from .api import cards as card_api
from .api import coverage as coverage_api
from .api import files as employer_files
from .api import movements as moves
from .api import residents as resident_api
from .api import status as registers
from .portal import (
    cards,
    delegates,
    details,
    life,
    movements,
    open_account,
    papers,
    pay,
    record,
    residents,
    sign_in,
)
from .portal import proofs as signs_of_life
from .portal.coverage import ADDRESSES

urlpatterns: list[URLPattern | URLResolver] = [
    path("sign-in/", sign_in.sign_in, name="sign_in"),
    path("sign-in/code/", sign_in.code, name="sign_in_code"),
    path("sign-in/open/", open_account.who, name="open_account"),
    path("sign-in/open/code/", open_account.code, name="open_account_code"),
    path("sign-in/open/again/", open_account.again, name="open_account_again"),
    path("sign-in/code/again/", sign_in.resend, name="sign_in_resend"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("employers/", include("enrollment.portal.firm_urls")),
    path("api/v1/employers/", include("enrollment.api.employer_urls")),
    path("record/", record.my_record, name="record"),
    path("record/months/", record.my_months, name="record_months"),
    path("record/<str:text>/", record.my_month, name="record_month"),
    path("residents/", residents.mine, name="residents"),
    path("residents/medical/", residents.medical, name="resident_medical"),
    path("residents/pension/", residents.pension, name="resident_pension"),
    path("residents/<slug:slug>/<int:number>/check/", residents.check, name="resident_check"),
    path("residents/<slug:slug>/<int:year>/pay/", residents.pay, name="resident_pay"),
    path("record/<str:text>/wrong/", record.month_wrong, name="month_wrong"),
    path("pay/", pay.owed, name="pay"),
    path("pay/check/", pay.check, name="pay_check"),
    path("pay/notes/<int:pk>/", pay.note_pdf, name="pay_note"),
    path("pay/<str:reference>/", pay.result, name="pay_result"),
    path("hooks/payments/", pay.notice, name="pay_notice"),
    path("trial-bank/<str:token>/", pay.trial_bank, name="trial_bank"),
    path("details/", details.my_details, name="details"),
    path("details/<slug:what>/", details.value, name="detail"),
    path("details/<slug:what>/check/", details.check, name="detail_check"),
    path("requests/<str:number>/", details.done, name="detail_done"),
    path("life/", life.what, name="life_what"),
    path("life/when/", life.when, name="life_when"),
    path("life/check/", life.check, name="life_check"),
    path("card/", cards.my_card, name="card"),
    path("card/code/", cards.code, name="card_code"),
    path("card/<slug:verb>/", cards.deed, name="card_deed"),
    path("papers/", papers.my_papers, name="papers"),
    path("papers/new/", papers.new, name="paper_new"),
    path("papers/new/months/", papers.months, name="paper_months"),
    path("papers/<str:serial>/", papers.paper, name="paper"),
    path("papers/<str:serial>/pdf/", papers.pdf, name="paper_pdf"),
    path("statements/<int:year>/", papers.statement, name="statement"),
    path("delegates/", delegates.my_delegates, name="delegates"),
    path("delegates/new/", delegates.who, name="delegate_who"),
    path("delegates/new/what/", delegates.what, name="delegate_what"),
    path("delegates/new/check/", delegates.check, name="delegate_check"),
    path("delegates/<int:pk>/", delegates.done, name="delegate_done"),
    path("delegates/<int:pk>/end/", delegates.end, name="delegate_end"),
    path("api/v1/people/lookup/", api.PersonLookup.as_view(), name="api_people_lookup"),
    path("api/v1/people/", registry.People.as_view(), name="api_people"),
    path("api/v1/people/<uuid:public_id>/", registry.PersonRead.as_view(), name="api_person"),
    path(
        "api/v1/people/<uuid:public_id>/documents/",
        registry.PersonDocuments.as_view(),
        name="api_person_documents",
    ),
    path(
        "api/v1/people/<uuid:public_id>/delegates/",
        registry.PersonDelegates.as_view(),
        name="api_person_delegates",
    ),
    path(
        "api/v1/people/<uuid:public_id>/changes/",
        registry.Changes.as_view(),
        name="api_person_changes",
    ),
    path(
        "api/v1/people/<uuid:public_id>/life-events/",
        registry.PersonLifeEvents.as_view(),
        name="api_person_life_events",
    ),
    path("api/v1/life-events/", registry.LifeEvents.as_view(), name="api_life_events"),
    path(
        "api/v1/people/<uuid:public_id>/coverage/end/",
        coverage_api.PersonCoverageEnd.as_view(),
        name="api_person_coverage_end",
    ),
    path(
        "api/v1/people/<uuid:public_id>/coverage/",
        coverage_api.PersonCoverage.as_view(),
        name="api_person_coverage",
    ),
    path(
        "api/v1/people/<uuid:public_id>/payable/",
        coverage_api.PersonPayable.as_view(),
        name="api_payable",
    ),
    path(
        "api/v1/people/<uuid:public_id>/contributions/",
        coverage_api.PersonContributions.as_view(),
        name="api_person_contributions",
    ),
    path(
        "api/v1/people/<uuid:public_id>/statements/<int:year>/",
        certificates.PersonStatement.as_view(),
        name="api_person_statement",
    ),
    path(
        "api/v1/people/<uuid:public_id>/card/",
        card_api.PersonCard.as_view(),
        name="api_person_card",
    ),
    path("api/v1/cards/to-make/", card_api.CardsToMake.as_view(), name="api_cards_to_make"),
    path("api/v1/cards/check/", card_api.CardCheck.as_view(), name="api_card_check"),
    path(
        "api/v1/cards/<uuid:public_id>/events/",
        card_api.CardEvents.as_view(),
        name="api_card_events",
    ),
    path(
        "api/v1/people/<uuid:public_id>/resident-years/",
        resident_api.PersonResidentYears.as_view(),
        name="api_person_resident_years",
    ),
    path(
        "api/v1/resident-payments/",
        resident_api.ResidentPayments.as_view(),
        name="api_resident_payments",
    ),
    path(
        "api/v1/sponsored-lists/",
        resident_api.SponsoredLists.as_view(),
        name="api_sponsored_lists",
    ),
    path("api/v1/receipts/", collection.Receipts.as_view(), name="api_receipts"),
    path("api/v1/receipts/unmatched/", collection.Unmatched.as_view(), name="api_unmatched"),
    path("api/v1/refunds/", asking.Refunds.as_view(), name="api_refunds"),
    path("api/v1/agreements/", asking.Agreements.as_view(), name="api_agreements"),
    path("api/v1/deferrals/", asking.Deferrals.as_view(), name="api_deferrals"),
    path(
        "api/v1/deferrals/<int:pk>/withdraw/",
        asking.DeferralEnd.as_view(),
        name="api_deferral_withdraw",
    ),
    path(
        "api/v1/withholding-mandates/",
        asking.Mandates.as_view(),
        name="api_withholding_mandates",
    ),
    path(
        "api/v1/withholding-mandates/<int:pk>/end/",
        asking.MandateEnd.as_view(),
        name="api_withholding_mandate_end",
    ),
    path("api/v1/demand-notes/", collection.DemandNotes.as_view(), name="api_demand_notes"),
    path("api/v1/certificates/", certificates.Certificates.as_view(), name="api_certificates"),
    path(
        "api/v1/certificates/check/",
        certificates.CertificateCheck.as_view(),
        name="api_certificate_check",
    ),
    path(
        "api/v1/certificates/<str:serial>/",
        certificates.CertificateDetail.as_view(),
        name="api_certificate",
    ),
    path(
        "api/v1/certificates/<str:serial>/pdf/",
        certificates.CertificatePdf.as_view(),
        name="api_certificate_pdf",
    ),
    path("api/v1/declarations/", api.Declarations.as_view(), name="api_declarations"),
    path("api/v1/contributions/", coverage_api.Contributions.as_view(), name="api_contributions"),
    path("proof/", signs_of_life.mine, name="proof"),
    path("proof/code/", signs_of_life.code, name="proof_code"),
    path("api/v1/status-notices/", registers.StatusNotices.as_view(), name="api_status_notices"),
    path("movements/", movements.mine, name="movements"),
    path("movements/where/", movements.where, name="movement_where"),
    path("movements/home/", movements.home, name="movement_home"),
    path("movements/check/", movements.check, name="movement_check"),
    path("movements/<uuid:public_id>/", movements.one, name="movement"),
    path("movements/<uuid:public_id>/done/", movements.done, name="movement_done"),
    path("api/v1/movements/", moves.Movements.as_view(), name="api_movements"),
    path("api/v1/movements/<uuid:public_id>/", moves.MovementDetail.as_view(), name="api_movement"),
    path(
        "api/v1/movements/<uuid:public_id>/months/",
        moves.MovementMonths.as_view(),
        name="api_movement_months",
    ),
    path(
        "api/v1/movements/<uuid:public_id>/leaving/",
        moves.MovementLeaving.as_view(),
        name="api_movement_leaving",
    ),
    path(
        "api/v1/movements/<uuid:public_id>/certificate/",
        moves.MovementCertificate.as_view(),
        name="api_movement_certificate",
    ),
    path(
        "api/v1/people/<uuid:public_id>/movements/",
        moves.PersonMovements.as_view(),
        name="api_person_movements",
    ),
    path("api/v1/coverage/rates/", rates.Rates.as_view(), name="api_coverage_rates"),
    path(
        "api/v1/declarations/files/",
        employer_files.EmployerFiles.as_view(),
        name="api_employer_files",
    ),
]
urlpatterns += ADDRESSES
