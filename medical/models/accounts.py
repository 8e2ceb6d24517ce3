"""Personal medical accounts (个人账户) and who of the family may draw on them."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from enrollment.models import Person
from funds.models import Fund
from socsec.kernel.months import format_month
from socsec.office.models import Case

from .words import Away, Care


class MedicalAccount(models.Model):
    """What is in the personal account of an insured employee or pensioner, in fen.

    The balance is that of the last entry; whoever writes an entry holds this row. `fund` keeps it:
    the balances of a fund's accounts add up to its control account.
    """

    person = models.OneToOneField(
        Person,
        models.PROTECT,
        primary_key=True,
        related_name="medical_account",
        verbose_name=_("person"),
    )
    fund = models.ForeignKey(Fund, models.PROTECT, related_name="+", verbose_name=_("fund"))
    region = models.CharField(_("region"), max_length=6)
    balance = models.BigIntegerField(_("balance"), default=0)
    entries = models.IntegerField(_("entries"), default=0)

    class Meta:
        verbose_name = _("medical account")
        verbose_name_plural = _("medical accounts")
        constraints = [
            models.CheckConstraint(
                condition=Q(balance__gte=0), name="medical_account_not_overdrawn"
            ),
        ]

    def __str__(self) -> str:
        return str(self.person_id)


class MedicalEntry(models.Model):
    """One line of a medical account. Never changed, never deleted.

    `seq` counts an account's entries from 1, and `balance` is what it holds after this one.
    `reference` is the run of a credit, the visit of what was spent or given back, the number of the
    entry that a reversal undoes; `for_person_id` the relative for whom it was spent, 0 for the
    owner; `batch_id` the ledger batch that posted it, 0 for what was spent on a visit or given
    back: the night posts that, all of a fund and day in one batch.
    """

    class Kind(models.IntegerChoices):
        CREDIT = 1, _("Own contribution")
        FIXED = 2, _("Fixed amount in retirement")
        INTEREST = 3, _("Interest")
        SPENT = 4, _("Paid for care")
        GIVEN_BACK = 5, _("Given back")
        OPENING = 6, _("Opening balance")
        REVERSAL = 7, _("Reversal")

    pk = models.CompositePrimaryKey("person_id", "seq")
    person_id = models.BigIntegerField(_("person"))
    seq = models.IntegerField(_("number"))
    kind = models.PositiveSmallIntegerField(_("kind"), choices=Kind.choices)
    month = models.IntegerField(_("month"))
    amount = models.BigIntegerField(_("amount"))
    balance = models.BigIntegerField(_("balance"))
    reference = models.BigIntegerField(_("reference"), default=0)
    for_person_id = models.BigIntegerField(_("for"), default=0)
    batch_id = models.BigIntegerField(_("ledger batch"), default=0, db_index=True)
    booked_on = models.DateField(_("booked"))

    class Meta:
        verbose_name = _("entry of a medical account")
        verbose_name_plural = _("entries of medical accounts")
        ordering = ["person_id", "seq"]
        indexes = [
            # What accounts paid for a visit, and what of a day is to be posted.
            models.Index(
                fields=["reference"], condition=Q(kind__in=[4, 5]), name="medical_entry_of_visit"
            ),
            models.Index(
                fields=["booked_on"],
                condition=Q(kind__in=[4, 5]),
                name="medical_entry_for_care_on",
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(balance__gte=0), name="medical_entry_not_overdrawn"),
            models.CheckConstraint(condition=Q(seq__gte=1), name="medical_entry_from_one"),
            models.CheckConstraint(
                condition=Q(kind=4, amount__lt=0)
                | Q(kind__in=[1, 2, 3, 5, 6], amount__gt=0)
                | (Q(kind=7) & ~Q(amount=0)),
                name="medical_entry_sign_of_its_kind",
            ),
            models.UniqueConstraint(
                fields=["person_id", "reference", "month", "kind"],
                condition=Q(kind__in=[1, 2]),
                name="medical_entry_credited_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {format_month(self.month)}"


class AccountShare(models.Model):
    """The owner of an account agreed that a relative's care may be paid from it (家庭共济).

    `document` names the signed consent where a clerk entered it; the owner's own click needs none.
    The days are both included.
    """

    class Relation(models.TextChoices):
        SPOUSE = "spouse", _("Spouse")
        PARENT = "parent", _("Parent")
        CHILD = "child", _("Child")
        SIBLING = "sibling", _("Sibling")
        GRANDPARENT = "grandparent", _("Grandparent")
        GRANDCHILD = "grandchild", _("Grandchild")

    owner = models.ForeignKey(
        Person, models.PROTECT, related_name="shared_accounts", verbose_name=_("owner")
    )
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="family_accounts", verbose_name=_("relative")
    )
    relation = models.CharField(_("relation"), max_length=12, choices=Relation.choices)
    since = models.DateField(_("since"))
    ended_on = models.DateField(_("ended"), null=True, blank=True)
    document = models.CharField(_("consent"), max_length=120, blank=True, default="")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("entered by")
    )
    recorded_at = models.DateTimeField(_("recorded"), auto_now_add=True)

    class Meta:
        verbose_name = _("shared medical account")
        verbose_name_plural = _("shared medical accounts")
        ordering = ["owner", "person"]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "person"],
                condition=Q(ended_on__isnull=True),
                name="account_share_once",
            ),
            models.CheckConstraint(
                condition=~Q(owner=F("person")), name="account_share_with_another"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.owner} · {self.person}"


class DiseaseClaim(models.Model):
    """An application to have a disease registered: the case, what for, and which papers show it."""

    case = models.OneToOneField(
        Case,
        models.PROTECT,
        primary_key=True,
        related_name="disease_claim",
        verbose_name=_("case"),
    )
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="disease_claims", verbose_name=_("person")
    )
    region = models.CharField(_("region"), max_length=6)
    care = models.PositiveSmallIntegerField(_("kind of care"), choices=Care.choices)
    diagnosis = models.CharField(_("diagnosis"), max_length=20)
    hospital = models.CharField(_("hospital that found it"), max_length=120)
    document = models.CharField(_("medical certificate"), max_length=120)
    open = models.BooleanField(_("open"), default=True)

    class Meta:
        verbose_name = _("application to register a disease")
        verbose_name_plural = _("applications to register a disease")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "care", "diagnosis"],
                condition=Q(open=True),
                name="disease_claim_open_once",
            ),
            models.CheckConstraint(
                condition=Q(care__in=[Care.SPECIAL, Care.TWO_DISEASES]),
                name="disease_claim_kind_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.diagnosis}"


class Registration(models.Model):
    """A chronic or special disease, hypertension or diabetes, registered for outpatient benefits.

    `care` says on whose terms: chronic and special diseases, or the two common ones.
    """

    person = models.ForeignKey(
        Person, models.PROTECT, related_name="disease_registrations", verbose_name=_("person")
    )
    care = models.PositiveSmallIntegerField(_("kind of care"), choices=Care.choices)
    diagnosis = models.CharField(_("diagnosis"), max_length=20)
    region = models.CharField(_("region"), max_length=6)
    from_date = models.DateField(_("from"))
    until = models.DateField(_("until"), null=True, blank=True)
    claim = models.OneToOneField(
        DiseaseClaim,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="registration",
        verbose_name=_("application"),
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("entered by")
    )
    recorded_at = models.DateTimeField(_("recorded"), auto_now_add=True)

    class Meta:
        verbose_name = _("registered disease")
        verbose_name_plural = _("registered diseases")
        ordering = ["person", "-from_date"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "care", "diagnosis"],
                condition=Q(until__isnull=True),
                name="registration_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.diagnosis}"


class AwayFiling(models.Model):
    """Filed care away from home (异地就医备案): to which region, how, and for how long."""

    person = models.ForeignKey(
        Person, models.PROTECT, related_name="away_filings", verbose_name=_("person")
    )
    away = models.PositiveSmallIntegerField(_("how"), choices=Away.choices)
    to_region = models.CharField(_("to region"), max_length=6)
    region = models.CharField(_("region"), max_length=6)
    from_date = models.DateField(_("from"))
    until = models.DateField(_("until"), null=True, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("entered by")
    )
    recorded_at = models.DateTimeField(_("recorded"), auto_now_add=True)
    withdrawn_at = models.DateTimeField(_("taken back"), null=True, blank=True)
    # Why it was filed, or ended early, in the words of whoever did.
    reason = models.CharField(_("reason"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("filing of care away from home")
        verbose_name_plural = _("filings of care away from home")
        ordering = ["person", "-from_date"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("from_date")),
                name="away_filing_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.to_region}"
