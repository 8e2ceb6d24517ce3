"""A paper as an answer to whoever may have it."""

from django.http import HttpResponse
from django.utils.translation import get_language

from . import certificates


def pdf_answer(issued: certificates.Issued) -> HttpResponse:
    """The PDF in the language of the request, shown rather than saved, kept by nobody on the way."""
    said = certificates.pdf(issued, get_language() or "en")
    answer = HttpResponse(said, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{issued.serial}.pdf"'
    answer["Cache-Control"] = "private, no-store"
    return answer
