"""Addresses of assistance: portal pages and API resources."""

from django.urls import URLPattern, URLResolver, path

from .api import care as care_api
from .api import people as people_api
from .api import registers as register_api
from .portal import care, check, mine, reports

urlpatterns: list[URLPattern | URLResolver] = [
    path("needs/", check.anybody, name="needs_check"),
    path("my-needs/", check.mine, name="needs"),
    path("assistance-report/", reports.tell, name="assistance_tell"),
    path("assistance-report/follow/", reports.follow, name="assistance_follow"),
    path("care/", care.care, name="care"),
    path("care/order/", care.order, name="care_order"),
    path("care/wait/", care.wait, name="care_wait"),
    path("care/bed/<int:pk>/<slug:verb>/", care.offer, name="care_offer"),
    path("care/orders/<uuid:public_id>/confirm/", care.confirm, name="care_confirm"),
    path("care/orders/<uuid:public_id>/<slug:verb>/", care.order_verb, name="care_order_verb"),
    path("assistance/", mine.assistance, name="assistance"),
    path("assistance/authorise/", mine.authorise, name="assistance_authorise"),
    path("assistance/others/", mine.apply_for_others, name="assistance_others"),
    path("assistance/grants/<int:pk>/", mine.grant, name="assistance_grant"),
    path("assistance/answers/<int:pk>/object/", mine.objection, name="assistance_objection"),
    path("assistance/grants/<int:pk>/report/", mine.report, name="assistance_report"),
    path("assistance/<str:number>/", mine.application, name="assistance_application"),
    path("api/v1/care/orders/", care_api.CareOrders.as_view(), name="api_care_orders"),
    path(
        "api/v1/care/orders/<uuid:public_id>/done/",
        care_api.CareOrderDone.as_view(),
        name="api_care_order_done",
    ),
    path("api/v1/care/bills/", care_api.CareBills.as_view(), name="api_care_bills"),
    path(
        "api/v1/assistance/matchings/",
        register_api.MatchingQuestions.as_view(),
        name="api_matchings",
    ),
    path(
        "api/v1/assistance/matchings/answers/",
        register_api.MatchingAnswers.as_view(),
        name="api_matching_answers",
    ),
    path(
        "api/v1/assistance/grants/<uuid:public_id>/reports/",
        people_api.GrantReports.as_view(),
        name="api_grant_reports",
    ),
    path(
        "api/v1/people/<uuid:public_id>/recognitions/",
        people_api.PersonRecognitions.as_view(),
        name="api_person_recognitions",
    ),
    path(
        "api/v1/people/<uuid:public_id>/assistance/",
        people_api.PersonAssistance.as_view(),
        name="api_person_assistance",
    ),
]
