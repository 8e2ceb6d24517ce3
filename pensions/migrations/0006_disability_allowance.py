"""The allowance for illness and disability: its claim, and awards whose end is known from the beginning."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("enrollment", "0016_cards"),
        ("office", "0005_certificates"),
        ("pensions", "0005_overpayments_and_corrections"),
    ]

    operations = [
        migrations.AddField(
            model_name="award",
            name="last_month",
            field=models.IntegerField(blank=True, null=True, verbose_name="at most until"),
        ),
        migrations.AlterField(
            model_name="award",
            name="end_reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("death", "Death"),
                    ("error", "Awarded in error"),
                    ("moved", "Moved to another scheme or region"),
                    ("expired", "Its last month is over"),
                ],
                default="",
                max_length=8,
                verbose_name="reason for the end",
            ),
        ),
        migrations.CreateModel(
            name="DisabilityClaim",
            fields=[
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="disability_claim",
                        serialize=False,
                        to="office.case",
                        verbose_name="case",
                    ),
                ),
                ("region", models.CharField(max_length=6, verbose_name="region of payment")),
                ("start_month", models.IntegerField(verbose_name="from month")),
                (
                    "category",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (0, "Man"),
                            (1, "Woman, original age 55"),
                            (2, "Woman, original age 50"),
                            (3, "Man, arduous work"),
                            (4, "Woman, arduous work"),
                        ],
                        verbose_name="category",
                    ),
                ),
                (
                    "document",
                    models.CharField(max_length=120, verbose_name="appraisal of labour capacity"),
                ),
                (
                    "gathered",
                    models.JSONField(blank=True, null=True, verbose_name="facts gathered"),
                ),
                ("open", models.BooleanField(default=True, verbose_name="open")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="disability_claims",
                        to="enrollment.person",
                        verbose_name="person",
                    ),
                ),
            ],
            options={
                "verbose_name": "claim for a disability allowance",
                "verbose_name_plural": "claims for disability allowances",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("open", True)),
                        fields=("person",),
                        name="disability_claim_one_open",
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="award",
            name="disability",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="award",
                to="pensions.disabilityclaim",
                verbose_name="claim for a disability allowance",
            ),
        ),
    ]
