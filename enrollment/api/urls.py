"""Addresses of contributions, collection, cards, papers and movements in the API."""

from django.urls import URLPattern, path

from . import (
    Declarations,
    asking,
    bank_files,
    cards,
    certificates,
    collection,
    coverage,
    debts,
    files,
    gaps,
    legacy,
    movements,
    rates,
    resident_years,
    residents,
    status,
)

urlpatterns: list[URLPattern] = [
    path("cards/to-make/", cards.CardsToMake.as_view(), name="api_cards_to_make"),
    path("cards/check/", cards.CardCheck.as_view(), name="api_card_check"),
    path(
        "cards/<uuid:public_id>/events/",
        cards.CardEvents.as_view(),
        name="api_card_events",
    ),
    path(
        "resident-payments/",
        residents.ResidentPayments.as_view(),
        name="api_resident_payments",
    ),
    path(
        "sponsored-lists/",
        residents.SponsoredLists.as_view(),
        name="api_sponsored_lists",
    ),
    path("receipts/", collection.Receipts.as_view(), name="api_receipts"),
    path("receipts/unmatched/", collection.Unmatched.as_view(), name="api_unmatched"),
    path("refunds/", asking.Refunds.as_view(), name="api_refunds"),
    path("agreements/", asking.Agreements.as_view(), name="api_agreements"),
    path("deferrals/", asking.Deferrals.as_view(), name="api_deferrals"),
    path(
        "deferrals/<int:pk>/withdraw/",
        asking.DeferralEnd.as_view(),
        name="api_deferral_withdraw",
    ),
    path(
        "withholding-mandates/",
        asking.Mandates.as_view(),
        name="api_withholding_mandates",
    ),
    path(
        "withholding-mandates/<int:pk>/end/",
        asking.MandateEnd.as_view(),
        name="api_withholding_mandate_end",
    ),
    path("demand-notes/", collection.DemandNotes.as_view(), name="api_demand_notes"),
    path("certificates/", certificates.Certificates.as_view(), name="api_certificates"),
    path(
        "certificates/check/",
        certificates.CertificateCheck.as_view(),
        name="api_certificate_check",
    ),
    path(
        "certificates/<str:serial>/",
        certificates.CertificateDetail.as_view(),
        name="api_certificate",
    ),
    path(
        "certificates/<str:serial>/pdf/",
        certificates.CertificatePdf.as_view(),
        name="api_certificate_pdf",
    ),
    path("declarations/", Declarations.as_view(), name="api_declarations"),
    path("contributions/", coverage.Contributions.as_view(), name="api_contributions"),
    path("status-notices/", status.StatusNotices.as_view(), name="api_status_notices"),
    path("movements/", movements.Movements.as_view(), name="api_movements"),
    path("movements/<uuid:public_id>/", movements.MovementDetail.as_view(), name="api_movement"),
    path(
        "movements/<uuid:public_id>/months/",
        movements.MovementMonths.as_view(),
        name="api_movement_months",
    ),
    path(
        "movements/<uuid:public_id>/leaving/",
        movements.MovementLeaving.as_view(),
        name="api_movement_leaving",
    ),
    path(
        "movements/<uuid:public_id>/certificate/",
        movements.MovementCertificate.as_view(),
        name="api_movement_certificate",
    ),
    path("coverage/rates/", rates.Rates.as_view(), name="api_coverage_rates"),
    path(
        "declarations/files/",
        files.EmployerFiles.as_view(),
        name="api_employer_files",
    ),
    path("debts/", debts.Debts.as_view(), name="api_debts"),
    path("arrears/", debts.Arrears.as_view(), name="api_arrears"),
    path("waivers/", debts.Waivers.as_view(), name="api_waivers"),
    path(
        "withholding-files/",
        bank_files.WithholdingFiles.as_view(),
        name="api_withholding_files",
    ),
    path(
        "withholding-files/<int:number>/",
        bank_files.WithholdingFileRead.as_view(),
        name="api_withholding_file",
    ),
    path(
        "double-enrolments/",
        resident_years.DoubleEnrolments.as_view(),
        name="api_double_enrolments",
    ),
    path("sponsor-bills/", resident_years.SponsorBills.as_view(), name="api_sponsor_bills"),
    path("legacy-imports/", legacy.LegacyImports.as_view(), name="api_legacy_imports"),
    path(
        "legacy-imports/<int:number>/rows/",
        legacy.LegacyImportRows.as_view(),
        name="api_legacy_import_rows",
    ),
    path("coverage/gaps/", gaps.CoverageGaps.as_view(), name="api_coverage_gaps"),
]
