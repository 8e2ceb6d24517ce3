"""The parameters of law: values with a date, a place, a source and a status.

Policy files are YAML, one entry for each parameter; the rows that offices enter later have the
same shape and pass the same checks:

>>> from datetime import date
>>> policy = Policy.parse('''
... pensions.employees.accrual_rate:
...   label: {zh: 每满一年发给比例, en: Accrual rate for each year}
...   unit: rate
...   values:
...     - {region: "000000", from: 2006-01-01, value: "0.01", law: 国发〔2005〕38号, status: official}
... ''')
>>> found = policy.at("pensions.employees.accrual_rate", "310000", date(2026, 3, 1))
>>> found.value, found.law, found.status, found.region
(10000, '国发〔2005〕38号', 'official', '000000')

A value is never guessed. Before its first date there is a typed error, not a number:

>>> policy.at("pensions.employees.accrual_rate", "310000", date(2000, 1, 1))
Traceback (most recent call last):
socsec.kernel.policy.NotYetInForce: Accrual rate for each year: there is no value for 310000 on 2000-01-01, the first is of 2006-01-01
"""

from .edition import Policy
from .reading import entry_of, read_parameter, read_value, read_yaml
from .values import (
    CONFIRMED,
    PROVISIONAL,
    STATUSES,
    NotInRegion,
    NotYetInForce,
    Parameter,
    PolicyError,
    UnknownParameter,
    Value,
    aged,
    unit_of,
)

__all__ = [
    "CONFIRMED",
    "PROVISIONAL",
    "STATUSES",
    "NotInRegion",
    "NotYetInForce",
    "Parameter",
    "Policy",
    "PolicyError",
    "UnknownParameter",
    "Value",
    "aged",
    "entry_of",
    "read_parameter",
    "read_value",
    "read_yaml",
    "unit_of",
]
