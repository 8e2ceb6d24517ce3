"""Bills of providers of care, and what the funds pay of them."""

import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("assistance", "0006_care"),
        ("enrollment", "0028_leaving_and_withdrawal"),
        ("funds", "0012_long_term_care"),
        ("office", "0006_appeals"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CareBill",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("region", models.CharField(max_length=6, verbose_name="region")),
                ("month", models.IntegerField(verbose_name="month")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("handed_in", "Handed in"),
                            ("checked", "Checked"),
                            ("approved", "Approved, being paid"),
                            ("rejected", "Given back"),
                        ],
                        default="handed_in",
                        max_length=9,
                        verbose_name="state",
                    ),
                ),
                ("count", models.PositiveIntegerField(verbose_name="orders")),
                ("insurance", models.BigIntegerField(verbose_name="from the insurance")),
                ("vouchers", models.BigIntegerField(verbose_name="for vouchers")),
                (
                    "stated",
                    models.BigIntegerField(
                        blank=True, null=True, verbose_name="claimed by the provider"
                    ),
                ),
                (
                    "note",
                    models.CharField(
                        blank=True, default="", max_length=200, verbose_name="what was found"
                    ),
                ),
                ("handed_in_at", models.DateTimeField(auto_now_add=True, verbose_name="handed in")),
            ],
            options={
                "verbose_name": "bill of a provider of care",
                "verbose_name_plural": "bills of providers of care",
                "ordering": ["-month", "provider", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="CareBillPayment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("amount", models.BigIntegerField(verbose_name="amount")),
            ],
            options={
                "verbose_name": "payment of a bill of care",
                "verbose_name_plural": "payments of bills of care",
                "ordering": ["bill", "pk"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="careorder",
            name="care_order_paid_when_confirmed",
        ),
        migrations.AddField(
            model_name="carebill",
            name="checked_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="checked by",
            ),
        ),
        migrations.AddField(
            model_name="carebill",
            name="checker",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="decided by",
            ),
        ),
        migrations.AddField(
            model_name="carebill",
            name="maker",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="handed in by",
            ),
        ),
        migrations.AddField(
            model_name="carebill",
            name="provider",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="bills",
                to="assistance.careprovider",
                verbose_name="provider",
            ),
        ),
        migrations.AddField(
            model_name="careorder",
            name="bill",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="orders",
                to="assistance.carebill",
                verbose_name="bill",
            ),
        ),
        migrations.AddConstraint(
            model_name="careorder",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("how__gt", ""), ("sheet__isnull", False), ("state", "confirmed")),
                    models.Q(
                        models.Q(("state", "confirmed"), _negated=True),
                        ("bill__isnull", True),
                        ("cost", 0),
                        ("how", ""),
                    ),
                    _connector="OR",
                ),
                name="care_order_paid_when_confirmed",
            ),
        ),
        migrations.AddField(
            model_name="carebillpayment",
            name="bill",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="payments",
                to="assistance.carebill",
                verbose_name="bill",
            ),
        ),
        migrations.AddField(
            model_name="carebillpayment",
            name="envelope",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="funds.paymentbatch",
                verbose_name="payment batch",
            ),
        ),
        migrations.AddField(
            model_name="carebillpayment",
            name="fund",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="funds.fund",
                verbose_name="fund",
            ),
        ),
        migrations.AddConstraint(
            model_name="carebill",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["handed_in", "checked"])),
                fields=("provider", "month"),
                name="care_bill_one_waiting",
            ),
        ),
        migrations.AddConstraint(
            model_name="carebill",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("checker__isnull", True),
                    models.Q(
                        models.Q(("checker", models.F("maker")), _negated=True),
                        models.Q(("checker", models.F("checked_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="care_bill_four_eyes",
            ),
        ),
        migrations.AddConstraint(
            model_name="carebill",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("count__gt", 0),
                    ("insurance__gte", 0),
                    ("vouchers__gte", 0),
                    (
                        "insurance__gt",
                        django.db.models.expressions.CombinedExpression(
                            models.F("vouchers"), "*", models.Value(-1)
                        ),
                    ),
                ),
                name="care_bill_possible",
            ),
        ),
        migrations.AddConstraint(
            model_name="carebill",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("checked_by__isnull", True),
                        ("checker__isnull", True),
                        ("state", "handed_in"),
                    ),
                    models.Q(
                        ("checked_by__isnull", False),
                        ("checker__isnull", True),
                        ("state", "checked"),
                    ),
                    models.Q(
                        ("checked_by__isnull", False),
                        ("checker__isnull", False),
                        ("state", "approved"),
                    ),
                    models.Q(("checker__isnull", False), ("state", "rejected")),
                    _connector="OR",
                ),
                name="care_bill_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="carebillpayment",
            constraint=models.UniqueConstraint(
                fields=("bill", "fund"), name="care_bill_paid_once_by_a_fund"
            ),
        ),
        migrations.AddConstraint(
            model_name="carebillpayment",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0)), name="care_bill_payment_possible"
            ),
        ),
    ]
