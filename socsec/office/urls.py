"""Addresses of the office: portal pages and API resources."""

from django.urls import URLPattern, URLResolver, path

from . import my, my_appeals, my_cases, portal, stylebook, verify
from .api import assess, events, jobs, problem_pages

urlpatterns: list[URLPattern | URLResolver] = [
    path("", my.home, name="home"),
    path("language/", portal.set_language, name="set_language"),
    path("text-size/", portal.text_size, name="text_size"),
    path("stay/", portal.stay, name="stay"),
    path("accessibility/", portal.plain("portal/office/accessibility.html"), name="accessibility"),
    path("privacy/", portal.plain("portal/office/privacy.html"), name="privacy"),
    path("verify/", verify.verify, name="verify"),
    path("rules/", portal.law, name="rules"),
    path("cases/", my_cases.every, name="cases"),
    path("cases/<str:number>/", my_cases.one, name="case"),
    path("cases/<str:number>/write/", my_cases.write, name="case_write"),
    path("cases/<str:number>/withdraw/", my_cases.withdraw, name="case_withdraw"),
    path("appeals/", my_appeals.decisions, name="appeals"),
    path("appeals/<slug:source>/<int:pk>/", my_appeals.ask, name="appeal"),
    path("letters/", my.my_letters, name="letters"),
    path("letters/<int:pk>/", my.my_letter, name="letter"),
    path("acting/", my.act_for, name="act_for"),
    path("access-log/", my.access_log, name="access_log"),
    path("style/", stylebook.page, name="style"),
    path("api/v1/rules/", assess.RuleList.as_view(), name="api_rules"),
    path("api/v1/assess/<str:rule>/", assess.Assess.as_view(), name="api_assess"),
    # The address as it is written in letters, without the last stroke.
    path("api/v1/assess/<str:rule>", assess.AssessPlain.as_view()),
    path("api/v1/events/", events.Events.as_view(), name="api_events"),
    path("api/v1/events/kinds/", events.EventKinds.as_view(), name="api_event_kinds"),
    path("api/v1/events/docs/", events.documentation, name="api_event_docs"),
    path("api/v1/subscriptions/", events.Subscriptions.as_view(), name="api_subscriptions"),
    path(
        "api/v1/subscriptions/<uuid:public_id>/",
        events.SubscriptionDetail.as_view(),
        name="api_subscription",
    ),
    path(
        "api/v1/subscriptions/<uuid:public_id>/deliveries/",
        events.Deliveries.as_view(),
        name="api_subscription_deliveries",
    ),
    path(
        "api/v1/subscriptions/<uuid:public_id>/replay/",
        events.Replay.as_view(),
        name="api_subscription_replay",
    ),
    path("api/v1/jobs/<uuid:public_id>/", jobs.JobDetail.as_view(), name="api_job"),
    path("api/v1/jobs/<uuid:public_id>/rows/", jobs.JobRows.as_view(), name="api_job_rows"),
    path("api/v1/problems/<slug:code>/", problem_pages.page, name="api_problem"),
]
