"""Findings of supervision: what looks wrong, who judged it, how it was put right."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("funds", "0008_banks"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SupervisionFinding",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("rule", models.CharField(max_length=8, verbose_name="rule")),
                ("key", models.CharField(max_length=120, verbose_name="matter")),
                (
                    "person_id",
                    models.BigIntegerField(blank=True, null=True, verbose_name="person's number"),
                ),
                ("region", models.CharField(max_length=6, verbose_name="region")),
                ("amount", models.BigIntegerField(default=0, verbose_name="amount at stake")),
                (
                    "facts",
                    models.JSONField(blank=True, default=dict, verbose_name="what was found"),
                ),
                ("found_on", models.DateField(verbose_name="found")),
                ("due_on", models.DateField(verbose_name="to be judged by")),
                (
                    "gone_on",
                    models.DateField(blank=True, null=True, verbose_name="no longer found since"),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "To be judged"),
                            ("real", "To be put right"),
                            ("false", "Nothing wrong"),
                            ("settled", "Put right"),
                        ],
                        default="open",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("judged_at", models.DateTimeField(blank=True, null=True, verbose_name="judged")),
                (
                    "reason",
                    models.CharField(blank=True, default="", max_length=200, verbose_name="reason"),
                ),
                (
                    "settled_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="put right"),
                ),
                (
                    "remedy",
                    models.CharField(
                        blank=True, default="", max_length=200, verbose_name="how it was put right"
                    ),
                ),
                (
                    "judge",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="judged by",
                    ),
                ),
                (
                    "settler",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="put right by",
                    ),
                ),
            ],
            options={
                "verbose_name": "finding of supervision",
                "verbose_name_plural": "findings of supervision",
                "ordering": ["due_on", "pk"],
                "indexes": [
                    models.Index(fields=["region", "state", "due_on"], name="finding_queue"),
                    models.Index(fields=["person_id"], name="finding_person"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("rule", "key"), name="finding_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("judge__isnull", True), ("state", "open")),
                            ("judge__isnull", False),
                            _connector="OR",
                        ),
                        name="finding_judged_by_someone",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("settler__isnull", True),
                            models.Q(("settler", models.F("judge")), _negated=True),
                            _connector="OR",
                        ),
                        name="finding_four_eyes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "settled"), _negated=True),
                            ("settler__isnull", False),
                            _connector="OR",
                        ),
                        name="finding_settled_by_someone",
                    ),
                ],
            },
        ),
    ]
