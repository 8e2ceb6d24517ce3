"""Totals of months, closed months, and what the database itself does and refuses for them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# 7302 names the lock that postings to a fund share and that a closing takes alone.
FUNCTIONS = """
CREATE FUNCTION funds_period(day date) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT extract(year FROM day)::integer * 12 + extract(month FROM day)::integer - 1
$$;
CREATE FUNCTION funds_period_lock() RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 7302';
CREATE FUNCTION funds_last_closed(fund integer) RETURNS integer LANGUAGE plpgsql AS $$
BEGIN
    -- Whoever closes a month is waited for; the query below then sees what they did.
    PERFORM pg_advisory_xact_lock_shared(funds_period_lock(), fund);
    RETURN (
        SELECT max(month) FROM funds_monthclosing WHERE fund_id = fund AND closed_at IS NOT NULL
    );
END $$;
CREATE FUNCTION funds_batch_in_open_month() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF funds_period(NEW.booked_on) <= funds_last_closed(NEW.fund_id) THEN
        RAISE EXCEPTION 'the month of % is closed in fund %', NEW.booked_on, NEW.fund_id
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'ledger_batch_month_open',
                  HINT = 'Book it in the next open month.';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION funds_batch_unsummed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO funds_unsummedbatch (batch_id) VALUES (NEW.id);
    RETURN NULL;
END $$;
CREATE FUNCTION funds_closing_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a closed month stays closed: % is refused', TG_OP
        USING ERRCODE = 'restrict_violation',
              HINT = 'Book what comes late in the next open month.';
END $$;
CREATE TRIGGER funds_ledgerbatch_month_open BEFORE INSERT ON funds_ledgerbatch
    FOR EACH ROW EXECUTE FUNCTION funds_batch_in_open_month();
CREATE TRIGGER funds_ledgerbatch_unsummed AFTER INSERT ON funds_ledgerbatch
    FOR EACH ROW EXECUTE FUNCTION funds_batch_unsummed();
CREATE TRIGGER funds_monthclosing_append_only BEFORE UPDATE OR DELETE ON funds_monthclosing
    FOR EACH ROW WHEN (OLD.closed_at IS NOT NULL) EXECUTE FUNCTION funds_closing_refuse_change();
CREATE TRIGGER funds_monthclosing_no_truncate BEFORE TRUNCATE ON funds_monthclosing
    FOR EACH STATEMENT EXECUTE FUNCTION funds_closing_refuse_change();
INSERT INTO funds_unsummedbatch (batch_id) SELECT id FROM funds_ledgerbatch;
"""

NO_FUNCTIONS = """
DROP TRIGGER funds_monthclosing_no_truncate ON funds_monthclosing;
DROP TRIGGER funds_monthclosing_append_only ON funds_monthclosing;
DROP TRIGGER funds_ledgerbatch_unsummed ON funds_ledgerbatch;
DROP TRIGGER funds_ledgerbatch_month_open ON funds_ledgerbatch;
DROP FUNCTION funds_closing_refuse_change();
DROP FUNCTION funds_batch_unsummed();
DROP FUNCTION funds_batch_in_open_month();
DROP FUNCTION funds_last_closed(integer);
DROP FUNCTION funds_period_lock();
DROP FUNCTION funds_period(date);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("funds", "0005_chart_by_branch"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="MonthTotal",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "fund_id",
                        "period",
                        "region",
                        "debit",
                        "credit",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("fund_id", models.IntegerField(verbose_name="fund")),
                ("period", models.IntegerField(verbose_name="month of booking")),
                ("region", models.CharField(max_length=6, verbose_name="region")),
                ("debit", models.SmallIntegerField(verbose_name="debit")),
                ("credit", models.SmallIntegerField(verbose_name="credit")),
                ("count", models.BigIntegerField(verbose_name="transfers")),
                ("amount", models.BigIntegerField(verbose_name="amount in fen")),
                ("heads", models.BigIntegerField(verbose_name="heads")),
            ],
            options={
                "verbose_name": "month total",
                "verbose_name_plural": "month totals",
            },
        ),
        migrations.CreateModel(
            name="UnsummedBatch",
            fields=[
                (
                    "batch",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="unsummed",
                        serialize=False,
                        to="funds.ledgerbatch",
                    ),
                ),
            ],
            options={
                "verbose_name": "batch not added up yet",
                "verbose_name_plural": "batches not added up yet",
            },
        ),
        migrations.CreateModel(
            name="MonthClosing",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("month", models.IntegerField(verbose_name="month")),
                ("prepared_at", models.DateTimeField(auto_now_add=True, verbose_name="prepared")),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="closed")),
                ("batches", models.BigIntegerField(default=0, verbose_name="batches")),
                (
                    "total",
                    models.BigIntegerField(default=0, verbose_name="moved in the month, in fen"),
                ),
                ("balances", models.JSONField(blank=True, default=dict, verbose_name="balances")),
                (
                    "checker",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="closed by",
                    ),
                ),
                (
                    "fund",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="closings",
                        to="funds.fund",
                        verbose_name="fund",
                    ),
                ),
                (
                    "maker",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="prepared by",
                    ),
                ),
            ],
            options={
                "verbose_name": "closing of a month",
                "verbose_name_plural": "closings of months",
                "ordering": ["-month", "fund"],
                "constraints": [
                    models.UniqueConstraint(fields=("fund", "month"), name="month_closing_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("checker__isnull", True),
                            models.Q(("checker", models.F("maker")), _negated=True),
                            _connector="OR",
                        ),
                        name="month_closing_four_eyes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("checker__isnull", True), ("closed_at__isnull", True)),
                            models.Q(("checker__isnull", False), ("closed_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="month_closing_closed_by_someone",
                    ),
                ],
            },
        ),
        migrations.RunSQL(FUNCTIONS, NO_FUNCTIONS),
    ]
