"""What every question asks the database with."""

from typing import Any

from django.db import connection

from assistance.models import (
    Applicant,
    Application,
    Grant,
    GrantAmount,
    GrantChange,
    GrantPayment,
    Matching,
    Programme,
    PublicNotice,
    Recognition,
    Step,
    Survey,
)
from enrollment.models import Person
from funds.models import PaymentOrder
from socsec.office.models import Case, Run

APPLICATIONS = Application._meta.db_table
MEMBERS = Applicant._meta.db_table
GRANTS = Grant._meta.db_table
AMOUNTS = GrantAmount._meta.db_table
CHANGES = GrantChange._meta.db_table
PAYMENTS = GrantPayment._meta.db_table
MATCHINGS = Matching._meta.db_table
NOTICES = PublicNotice._meta.db_table
PROGRAMMES = Programme._meta.db_table
RECOGNITIONS = Recognition._meta.db_table
STEPS = Step._meta.db_table
SURVEYS = Survey._meta.db_table
PEOPLE = Person._meta.db_table
ORDERS = PaymentOrder._meta.db_table
CASES = Case._meta.db_table
RUNS = Run._meta.db_table
FEW = 100  # findings of one question: who has more has read enough


def select(statement: str, params: list[Any] | None = None) -> list[tuple[Any, ...]]:
    """The rows of a SELECT."""
    with connection.cursor() as cursor:
        cursor.execute(statement, params or [])
        return list(cursor.fetchall())
