"""Addresses of medical insurance: portal pages and API resources."""

from django.urls import URLPattern, URLResolver, path

from . import api
from .portal import bills, cover, providers, reimbursement

urlpatterns: list[URLPattern | URLResolver] = [
    path("find-care/", providers.find, name="find_provider"),
    path("medical/", cover.cover, name="medical_cover"),
    path("medical/away/", cover.file_away, name="medical_away"),
    path("medical/away/<int:pk>/end/", cover.end_away, name="medical_away_end"),
    path("medical/share/", cover.share, name="medical_share"),
    path("medical/share/<int:pk>/end/", cover.end_share, name="medical_share_end"),
    path("medical/disease/", cover.disease, name="medical_disease"),
    path("medical/bills/", bills.year, name="medical_bills"),
    path("medical/bills/<uuid:number>/", bills.bill, name="medical_bill"),
    path("medical/bills/<uuid:number>/paper/", bills.paper, name="medical_bill_paper"),
    path("medical/reimbursement/", reimbursement.care, name="reimbursement"),
    path("medical/reimbursement/invoice/", reimbursement.invoice, name="reimbursement_invoice"),
    path("medical/reimbursement/<str:number>/", reimbursement.more, name="reimbursement_more"),
    path("api/v1/visits/", api.Visits.as_view(), name="api_visits"),
    path("api/v1/visits/<uuid:public_id>/", api.Visit.as_view(), name="api_visit"),
    path("api/v1/visits/<uuid:public_id>/lines/", api.VisitLines.as_view(), name="api_visit_lines"),
    path(
        "api/v1/visits/<uuid:public_id>/discharge/",
        api.VisitDischarge.as_view(),
        name="api_visit_discharge",
    ),
    path(
        "api/v1/visits/<uuid:public_id>/preview/",
        api.VisitPreview.as_view(),
        name="api_visit_preview",
    ),
    path(
        "api/v1/visits/<uuid:public_id>/settle/",
        api.VisitSettle.as_view(),
        name="api_visit_settle",
    ),
    path(
        "api/v1/visits/<uuid:public_id>/reverse/",
        api.VisitReverse.as_view(),
        name="api_visit_reverse",
    ),
    path("api/v1/visits/<uuid:public_id>/group/", api.VisitGroup.as_view(), name="api_visit_group"),
    path("api/v1/stay-groups/", api.StayGroups.as_view(), name="api_stay_groups"),
    path("api/v1/case-payments/", api.CasePayments.as_view(), name="api_case_payments"),
    path("api/v1/case-years/", api.CaseYears.as_view(), name="api_case_years"),
    path("api/v1/statements/", api.Statements.as_view(), name="api_statements"),
    path("api/v1/statements/<uuid:public_id>/", api.Statement.as_view(), name="api_statement"),
    path(
        "api/v1/statements/<uuid:public_id>/totals/",
        api.StatementTotals.as_view(),
        name="api_statement_totals",
    ),
    path(
        "api/v1/statements/<uuid:public_id>/bills/",
        api.StatementBills.as_view(),
        name="api_statement_bills",
    ),
    path("api/v1/deductions/", api.Deductions.as_view(), name="api_deductions"),
    path(
        "api/v1/deductions/<int:pk>/appeals/",
        api.DeductionAppeals.as_view(),
        name="api_deduction_appeals",
    ),
    path("api/v1/messages/<str:msgid>/undo/", api.MessageUndo.as_view(), name="api_message_undo"),
]
