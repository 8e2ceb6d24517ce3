"""What the description of every resource says alike: its two headers, and how trouble looks."""

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

PURPOSE = OpenApiParameter(
    "X-Purpose",
    str,
    OpenApiParameter.HEADER,
    required=True,
    description="Why the file is read; the person sees it",
)
KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    required=True,
    description="New with each new request",
)
PROBLEM = OpenApiResponse(description="application/problem+json (RFC 9457)")
