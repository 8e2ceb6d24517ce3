"""Every address of the product. Apps are named by string, so that nothing here is imported downwards."""

from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from oauth2_provider.views import RevokeTokenView, TokenView

from socsec.office.health import healthz

urlpatterns = [
    path("healthz", healthz),
    path("admin/", admin.site.urls),
    path("oauth/token/", TokenView.as_view(), name="token"),
    path("oauth/revoke/", RevokeTokenView.as_view(), name="revoke-token"),
    path("api/v1/schema/", SpectacularAPIView.as_view(), name="api_schema"),
    path(
        "api/v1/docs/", SpectacularSwaggerSplitView.as_view(url_name="api_schema"), name="api_docs"
    ),
    path("", include("socsec.office.urls")),
    path("", include("enrollment.urls")),
    path("", include("pensions.urls")),
    path("", include("medical.urls")),
    path("", include("funds.urls")),
    path("", include("assistance.urls")),
]

handler400 = "socsec.office.portal.bad_request"
handler403 = "socsec.office.portal.forbidden"
handler404 = "socsec.office.portal.not_found"
handler500 = "socsec.office.portal.fault"
