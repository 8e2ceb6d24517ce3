"""The documents that refusals of pensions name, each in the reader's language."""

from django.utils.translation import gettext_lazy as _

INSURANCE_LAW_16 = _("Social Insurance Law, article 16")
INSURANCE_LAW_17 = _("Social Insurance Law, article 17")
INSURANCE_RULES_3 = _(
    "Rules on Implementing the Social Insurance Law, Ministry of Human Resources Order No. 13, article 3"
)
SPECIAL_WORK = _(
    "Interim Measures on Retirement of Workers, State Council [1978] No. 104, article 1, item 2"
)
TRANSFER_6 = _(
    "Interim Measures on Transferring Basic Old-Age Insurance, "
    "General Office of the State Council [2009] No. 66, article 6"
)
LINKING_6 = _(
    "Interim Measures on Linking Old-Age Insurance Schemes, "
    "Ministry of Human Resources [2014] No. 17, article 6"
)
LINKING_8 = _(
    "Interim Measures on Linking Old-Age Insurance Schemes, "
    "Ministry of Human Resources [2014] No. 17, article 8"
)
ANNUITY_6 = _(
    "Measures on Occupational Annuities of Agencies, "
    "General Office of the State Council [2015] No. 18, article 6"
)
DISABILITY = _(
    "Interim Measures on Disability Allowances, Ministry of Human Resources [2024] No. 72"
)
FLEXIBLE = _("Interim Measures on Flexible Retirement, Ministry of Human Resources [2024] No. 94")
EARLY_RETIREMENT = _(
    "Notice on Ending Early Retirement against the Rules, Ministry of Labour [1999] No. 8"
)
