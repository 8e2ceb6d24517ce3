"""Settlements, the running sums of a year, and what providers asked of us."""

from django.conf import settings
from django.contrib.postgres.functions import RandomUUID
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from funds.models import Scheme

from .bills import Encounter
from .words import Care, Level, Standing

# What the funds pay, in the order of the law; and from what the person pays.
FUND_SHARES = ("pool_pay", "large_pay", "major_pay", "civil_pay", "assistance_pay")
PERSON_SHARES = ("account_pay", "family_pay", "cash")
MONEY = (
    "total",
    "uncovered",
    "over_limit",
    "first_self_pay",
    "in_scope",
    "deductible",
    "major_base",
    *FUND_SHARES,
    "fund_pay",
    "provider_pay",
    "person_pay",
    *PERSON_SHARES,
)


def _sum(names: tuple[str, ...]) -> models.expressions.Combinable:
    found: models.expressions.Combinable = F(names[0])
    for name in names[1:]:
        found = found + F(name)
    return found


class Settlement(models.Model):
    """Who pays what of a bill. Never changed, never deleted; amounts in fen.

    A bill is what one encounter cost in one year. `part` 0 is the first settlement. Where a bill of
    an earlier day comes late, or is reversed, the bills after it are worked out anew and a further
    part adds the difference: so the sums of a year never depend on the order in which bills came.
    A reversal is a part with the opposite of everything that the bill came to.

    `facts` is what the rule was told but for the sums of the year, `edition` the policy edition and
    `month` the month of law: what it came to can be worked out again. `booked_on` is the day of the
    books. `served_from` and `served_until` are the days of care; bills of a year stand in the order
    of the last day and of their encounter. What was paid in cash and `handed_in` stands in no
    provider's statement; its accounts are never drawn on.
    """

    class Kind(models.TextChoices):
        SETTLED = "settled", _("Settled")
        RESTATED = "restated", _("Worked out anew")
        REVERSED = "reversed", _("Reversed")

    public_id = models.UUIDField(
        _("public number"), db_default=RandomUUID(), unique=True, editable=False
    )
    encounter = models.ForeignKey(
        Encounter, models.PROTECT, related_name="settlements", verbose_name=_("visit or stay")
    )
    person_id = models.BigIntegerField(_("person"))
    year = models.PositiveSmallIntegerField(_("year"))
    part = models.PositiveSmallIntegerField(_("part"))
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    provider_id = models.BigIntegerField(_("provider"))
    scheme = models.PositiveSmallIntegerField(_("scheme"), choices=Scheme.choices)
    home = models.CharField(_("insured in"), max_length=6)
    region = models.CharField(_("region"), max_length=6)
    handed_in = models.BooleanField(
        _("paid in cash and handed in"), default=False, db_default=False
    )
    care = models.PositiveSmallIntegerField(_("kind of care"), choices=Care.choices)
    level = models.PositiveSmallIntegerField(_("level"), choices=Level.choices)
    standing = models.PositiveSmallIntegerField(_("insured as"), choices=Standing.choices)
    served_from = models.DateField(_("from"))
    served_until = models.DateField(_("until"))
    booked_on = models.DateField(_("booked"))
    recorded_at = models.DateTimeField(_("settled at"), auto_now_add=True)
    # Whether it counts as a stay of its own: 1, 0, or −1 where such a stay was reversed.
    stay = models.SmallIntegerField(_("counts as a stay"), default=0)

    total = models.BigIntegerField(_("total"))
    uncovered = models.BigIntegerField(_("outside the catalogue"))
    over_limit = models.BigIntegerField(_("above price limits"))
    first_self_pay = models.BigIntegerField(_("first self-pay"))
    in_scope = models.BigIntegerField(_("in scope"))
    deductible = models.BigIntegerField(_("deductible"))
    # Of what the person bears in scope, what counts for catastrophic insurance.
    major_base = models.BigIntegerField(_("counts for catastrophic insurance"))
    pool_pay = models.BigIntegerField(_("pooled fund"))
    large_pay = models.BigIntegerField(_("large-amount fund"))
    major_pay = models.BigIntegerField(_("catastrophic insurance"))
    civil_pay = models.BigIntegerField(_("civil servants' supplement"))
    assistance_pay = models.BigIntegerField(_("medical assistance"))
    fund_pay = models.BigIntegerField(_("funds together"))
    provider_pay = models.BigIntegerField(_("borne by the provider"), default=0)
    person_pay = models.BigIntegerField(_("insured person"))
    account_pay = models.BigIntegerField(_("personal account"))
    family_pay = models.BigIntegerField(_("family accounts"))
    cash = models.BigIntegerField(_("cash"))

    facts = models.JSONField(_("facts"))
    edition = models.IntegerField(_("policy edition"))
    month = models.IntegerField(_("month of law"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("settled by")
    )

    class Meta:
        verbose_name = _("settlement")
        verbose_name_plural = _("settlements")
        ordering = ["-recorded_at", "-pk"]
        indexes = [
            models.Index(fields=["person_id", "year", "scheme"], name="settlement_of_year"),
            models.Index(fields=["provider_id", "booked_on"], name="settlement_of_provider"),
            BrinIndex(fields=["booked_on"], name="settlement_booked"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["encounter", "year", "part"], name="settlement_part_once"
            ),
            models.CheckConstraint(
                condition=Q(total=_sum(("uncovered", "over_limit", "first_self_pay", "in_scope"))),
                name="settlement_scope_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(total=_sum(("fund_pay", "person_pay", "provider_pay"))),
                name="settlement_payers_add_up",
            ),
            models.CheckConstraint(
                condition=Q(fund_pay=_sum(FUND_SHARES)), name="settlement_funds_add_up"
            ),
            models.CheckConstraint(
                condition=Q(person_pay=_sum(PERSON_SHARES)), name="settlement_person_adds_up"
            ),
            models.CheckConstraint(
                condition=~Q(kind="settled")
                | Q(**{f"{name}__gte": 0 for name in MONEY}, stay__gte=0),
                name="settlement_first_part_not_negative",
            ),
            # Worked out anew, a bill costs what it cost, and its accounts stay as they were drawn on.
            models.CheckConstraint(
                condition=~Q(kind="restated")
                | Q(total=0, uncovered=0, over_limit=0, account_pay=0, family_pay=0),
                name="settlement_restated_moves_no_account",
            ),
            models.CheckConstraint(
                condition=Q(handed_in=False) | Q(account_pay=0, family_pay=0, provider_pay=0),
                name="settlement_handed_in_moves_no_account",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.encounter_id} · {self.year} · {self.part}"


class YearSums(models.Model):
    """The running sums of one person's year in one scheme and home region (年度累计), in fen.

    Every settlement locks the row; each sum is that over the settlements of the year, which
    `verify` adds up again. `deductible_primary` is of outpatient care at levels 0 and 1,
    `deductible_hospital` of that above. `last_served` and `last_encounter` are the place of the
    last bill in the order of the year; `cap_raise` the raise of the catastrophic cap of the year,
    set by the run that opened it (`opened_by`, 0 where a bill came before).
    """

    pk = models.CompositePrimaryKey("person_id", "year", "scheme", "home")
    person_id = models.BigIntegerField(_("person"))
    year = models.PositiveSmallIntegerField(_("year"))
    scheme = models.PositiveSmallIntegerField(_("scheme"), choices=Scheme.choices)
    home = models.CharField(_("insured in"), max_length=6)
    bills = models.IntegerField(_("bills"), default=0)
    stays = models.IntegerField(_("stays"), default=0)
    total = models.BigIntegerField(_("total"), default=0)
    cost_inpatient = models.BigIntegerField(_("in scope by the terms of stays"), default=0)
    cost_outpatient = models.BigIntegerField(_("in scope, outpatient"), default=0)
    deductible_primary = models.BigIntegerField(_("outpatient deductible, primary"), default=0)
    deductible_hospital = models.BigIntegerField(_("outpatient deductible, hospitals"), default=0)
    deductible_special = models.BigIntegerField(_("deductible, special diseases"), default=0)
    pool_inpatient = models.BigIntegerField(_("pooled fund, by the terms of stays"), default=0)
    pool_outpatient = models.BigIntegerField(_("pooled fund, outpatient"), default=0)
    pool_two = models.BigIntegerField(_("pooled fund, hypertension and diabetes"), default=0)
    large_pay = models.BigIntegerField(_("large-amount fund"), default=0)
    major_base = models.BigIntegerField(_("counts for catastrophic insurance"), default=0)
    major_pay = models.BigIntegerField(_("catastrophic insurance"), default=0)
    assistance_inpatient = models.BigIntegerField(_("assistance, by stays"), default=0)
    assistance_outpatient = models.BigIntegerField(_("assistance, outpatient"), default=0)
    fund_pay = models.BigIntegerField(_("funds together"), default=0)
    person_pay = models.BigIntegerField(_("insured person"), default=0)
    cap_raise = models.BigIntegerField(_("raise of the catastrophic cap"), default=0)
    last_served = models.DateField(_("last day of care"), null=True, blank=True)
    last_encounter = models.BigIntegerField(_("last visit or stay"), default=0)
    opened_by = models.BigIntegerField(_("opened by run"), default=0, db_default=0)

    class Meta:
        verbose_name = _("sums of a year")
        verbose_name_plural = _("sums of years")
        constraints = [
            models.CheckConstraint(
                condition=Q(bills__gte=0, stays__gte=0, total__gte=0, fund_pay__gte=0),
                name="year_sums_possible",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} · {self.year}"


class ProviderMessage(models.Model):
    """A message of a provider and the answer it got: the same message is answered, never done twice.

    `msgid` is the provider's. `undone` is when the provider took it back because the answer was lost.
    """

    provider_id = models.BigIntegerField(_("provider"))
    msgid = models.CharField(_("message"), max_length=30)
    act = models.CharField(_("act"), max_length=40)
    digest = models.CharField(_("fingerprint"), max_length=64)
    status = models.PositiveSmallIntegerField(_("status"))
    answer = models.JSONField(_("answer"))
    encounter_id = models.BigIntegerField(_("visit or stay"), null=True, blank=True)
    recorded_at = models.DateTimeField(_("received"), auto_now_add=True)
    undone_at = models.DateTimeField(_("taken back"), null=True, blank=True)

    class Meta:
        verbose_name = _("message of a provider")
        verbose_name_plural = _("messages of providers")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["provider_id", "msgid"], name="provider_message_once"),
        ]

    def __str__(self) -> str:
        return self.msgid
