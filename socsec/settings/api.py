"""The partner API: scopes, limits, how errors look, how it describes itself."""

from typing import Any

from django.utils.translation import gettext_lazy as _

# Every scope that a token can carry; each view names the one that it needs.
SCOPES = {
    "people:read": _("Find insured persons and read their coverage"),
    "people:write": _("Register insured persons and ask for changes"),
    "life:read": _("Read life events"),
    "life:write": _("Report life events"),
    "contributions:read": _("Read contributions and wage declarations"),
    "coverage:write": _("Insure people, and end coverage"),
    "declarations:write": _("Declare wages"),
    "corrections:write": _("Correct months that are assessed, and insure missed ones"),
    "resident-payments:write": _("Report payments of residents"),
    "legacy:write": _("Hand in records of older schemes"),
    "sponsored:write": _("Report sponsored groups"),
    "receipts:read": _("Read receipts, unmatched money and demand notes"),
    "receipts:write": _("Report payments of contributions"),
    "collection:write": _("Ask for refunds, agreements and deferrals; give withholding mandates"),
    "employers:write": _("Register employers"),
    "jobs:read": _("Ask what became of a job"),
    "cards:read": _("Read social security cards"),
    "cards:write": _("Tell what happened to social security cards"),
    "cards:produce": _("Read what a card is made from"),
    "cards:check": _("Check electronic cards"),
    "certificates:read": _("Read and check certificates"),
    "certificates:write": _("Have certificates issued"),
    "payments:read": _("Read payment files"),
    "payments:write": _("Send bank returns"),
    "custody:read": _("Read mandates, orders and valuations of investment"),
    "custody:write": _("Send a custodian's file of a day"),
    "ledger:read": _("Read the ledger and the statements of funds"),
    "bank-statements:read": _("Read what banks stated"),
    "status:write": _("Send what a register says of people"),
    "status:read": _("Read what became of it"),
    "movements:read": _("Read how records move between regions"),
    "movements:write": _("Ask for records to be moved"),
    "transfers:read": _("Read how the money of records moves"),
    "transfers:write": _("Ask for records, send forms, confirm and reject them"),
    "benefits:read": _("Read pensions"),
    "claims:read": _("Read claims for pensions"),
    "claims:write": _("Hand in claims for pensions and their papers"),
    "estimates:read": _("Read what a record promises"),
    "matchings:read": _("Read what a register is asked about households"),
    "bills:read": _("Read visits and what they would cost"),
    "statements:read": _("Read a provider's statements and deductions"),
    "statements:write": _("Agree to statements, hand in bills, appeal"),
    "bills:write": _("Charge, settle and take back bills"),
    "matchings:write": _("Answer what a register is asked"),
    "recognitions:read": _("Read as what a person is recognised"),
    "assistance:read": _("Read grants of assistance"),
    "assistance:write": _("Hand in applications for assistance, and report changes"),
    "care:read": _("Read a provider's orders and bills of care"),
    "care:write": _("Say that care was given, and hand in bills"),
    "events:read": _("Read what changed"),
    "subscriptions:write": _("Subscribe to changes"),
}

OAUTH2_PROVIDER: dict[str, Any] = {
    "SCOPES": SCOPES,
    "DEFAULT_SCOPES": [],
    "ACCESS_TOKEN_EXPIRE_SECONDS": 60 * 60,
    "OIDC_ENABLED": False,
    "ALLOWED_REDIRECT_URI_SCHEMES": ["https"],
    # What RFC 9700 asks of a server of today; programs sign in with client credentials only.
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
    "COMPLIANT_BCP_RFC9700_IMPLICIT_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PASSWORD_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
    "COMPLIANT_BCP_RFC9700_PKCE_REQUIRED": True,
    "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
    "COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS": True,
    "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,
    "COMPLIANT_BCP_RFC9700_REFRESH_TOKEN": True,
    "COMPLIANT_BCP_RFC9700_REDIRECT_URI_SCHEME": True,
    "COMPLIANT_BCP_RFC9700_REDIRECT_URI_MATCHING": True,
}
OAUTH2_PROVIDER_APPLICATION_MODEL = "oauth2_provider.Application"

REST_FRAMEWORK: dict[str, Any] = {
    # Closed unless a view says who may ask; ApiView does.
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.UserRateThrottle"],
    # Counted in the cache that all workers share.
    "DEFAULT_THROTTLE_RATES": {"user": "1200/min", "assess": "60/min"},
    "EXCEPTION_HANDLER": "socsec.office.api.problem.handler",
    "UNAUTHENTICATED_USER": None,
}

SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Social insurance partner API",
    "DESCRIPTION": (
        "Amounts are decimal strings in yuan, months are YYYY-MM. Errors are problem+json "
        "(RFC 9457) in the language of Accept-Language. Sign in with OAuth2 client credentials. "
        "Every POST that creates needs an Idempotency-Key; every read of a person an X-Purpose."
    ),
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    # One name for each set of branches that a resource may ask for.
    "ENUM_NAME_OVERRIDES": {
        "BranchEnum": ["annuity", "injury", "medical", "pension", "unemployment"],
        "ResidentBranchEnum": ["medical", "pension"],
        "ProviderStatementStateEnum": "medical.models.ProviderStatement.State",
        "InsuranceSchemeEnum": "funds.models.Scheme",
        "HouseholdRoleEnum": "enrollment.models.HouseholdRole",
        "MemberRoleEnum": ["spouse", "child", "parent", "other"],
        "IdentifierKindEnum": "enrollment.models.IdentifierKind",
        "ContactWayEnum": "enrollment.models.ContactWay",
        "MandateKindEnum": "enrollment.models.Mandate.Kind",
    },
    "OAUTH2_FLOWS": ["clientCredentials"],
    "OAUTH2_TOKEN_URL": "/oauth/token/",
    "OAUTH2_SCOPES": {name: str(name) for name in SCOPES},
}
