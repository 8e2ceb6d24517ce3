"""Addresses of the portal's employer side, all of them beneath one employer's credit code."""

from django.urls import URLPattern, path

from . import firm_deferrals, firm_files, firm_register, firms

urlpatterns: list[URLPattern] = [
    path("", firms.choose, name="firms"),
    path("<str:code>/", firms.home, name="firm"),
    path("<str:code>/staff/", firms.staff, name="firm_staff"),
    path("<str:code>/staff/join/", firms.join, name="firm_join"),
    path("<str:code>/staff/leave/", firms.leave, name="firm_leave"),
    path("<str:code>/money/", firms.money, name="firm_money"),
    path("<str:code>/money/pay/", firms.pay, name="firm_pay"),
    path("<str:code>/money/later/", firm_deferrals.put_off, name="firm_put_off"),
    path("<str:code>/money/later/<int:pk>/", firm_deferrals.take_back, name="firm_not_later"),
    path("<str:code>/register/", firm_register.register, name="firm_register"),
    path("<str:code>/register/change/", firm_register.change, name="firm_change"),
    path("<str:code>/register/cancel/", firm_register.cancel, name="firm_cancel"),
    path("<str:code>/register/<str:number>/", firm_register.withdraw, name="firm_withdraw"),
    path("<str:code>/standing/", firms.standing, name="firm_standing"),
    path("<str:code>/standing/issue/", firms.certify, name="firm_certify"),
    path("<str:code>/papers/<str:serial>/", firms.paper, name="firm_paper"),
    path("<str:code>/wages/<str:text>/", firm_files.declare, name="firm_declare"),
    path("<str:code>/wages/<str:text>/check/", firm_files.check, name="firm_check"),
    path("<str:code>/send/<slug:kind>/<str:text>/", firm_files.send, name="firm_send"),
    path(
        "<str:code>/template/<slug:kind>/<str:text>/",
        firm_files.template,
        name="firm_template",
    ),
    path("<str:code>/handed-in/<int:pk>/", firm_files.upload, name="firm_upload"),
    path("<str:code>/handed-in/<int:pk>/bad/", firm_files.bad, name="firm_bad"),
    path(
        "<str:code>/handed-in/<int:pk>/back/",
        firm_files.take_back,
        name="firm_take_back",
    ),
]
