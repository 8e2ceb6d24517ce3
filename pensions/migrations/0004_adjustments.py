"""What a yearly adjustment asks of an award, and what it did to each pension."""

from django.db import migrations, models

from socsec.office.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("pensions", "0003_every_scheme"),
    ]

    operations = [
        migrations.AddField(
            model_name="award",
            name="area",
            field=models.PositiveSmallIntegerField(
                db_default=0, verbose_name="class of remote area"
            ),
        ),
        migrations.AddField(
            model_name="award",
            name="months",
            field=models.PositiveSmallIntegerField(
                db_default=0, verbose_name="months of contributions"
            ),
        ),
        migrations.AddField(
            model_name="award",
            name="standing",
            field=models.PositiveSmallIntegerField(db_default=0, verbose_name="standing"),
        ),
        migrations.CreateModel(
            name="PensionAdjustment",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "person_id",
                        "award_id",
                        "month",
                        "run_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("person_id", models.BigIntegerField(verbose_name="person")),
                ("award_id", models.BigIntegerField(verbose_name="award")),
                ("month", models.IntegerField(verbose_name="first month")),
                ("run_id", models.BigIntegerField(verbose_name="run")),
                ("region", models.CharField(max_length=6, verbose_name="region")),
                ("pension", models.BigIntegerField(verbose_name="pension before")),
                ("months", models.IntegerField(verbose_name="months of contributions")),
                ("age", models.IntegerField(verbose_name="age in months")),
                ("woman", models.BooleanField(verbose_name="woman")),
                ("area", models.PositiveSmallIntegerField(verbose_name="class of remote area")),
                ("standing", models.PositiveSmallIntegerField(verbose_name="standing")),
                ("land_taken", models.BooleanField(verbose_name="land taken")),
                ("flat_part", models.BigIntegerField(verbose_name="flat part")),
                ("linked", models.BigIntegerField(verbose_name="linked to years")),
                ("level", models.BigIntegerField(verbose_name="linked to the pension")),
                ("tilt", models.BigIntegerField(verbose_name="preferential part")),
                ("increase", models.BigIntegerField(verbose_name="more a month")),
                ("owed_before", models.IntegerField(null=True, verbose_name="owed from, before")),
            ],
            options={
                "verbose_name": "yearly adjustment of a pension",
                "verbose_name_plural": "yearly adjustments of pensions",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("flat_part__gte", 0),
                            ("increase__gte", 0),
                            ("level__gte", 0),
                            ("linked__gte", 0),
                            ("pension__gt", 0),
                            ("tilt__gte", 0),
                        ),
                        name="adjustment_takes_nothing_away",
                    )
                ],
            },
        ),
        append_only("pensions_pensionadjustment"),
    ]
