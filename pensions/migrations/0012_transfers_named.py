"""A transfer of an entitlement has a name of its own, apart from the transfers of the ledger."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("pensions", "0011_annuities_inherited"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="transfer",
            options={
                "ordering": ["-pk"],
                "verbose_name": "transfer of an entitlement",
                "verbose_name_plural": "transfers of entitlements",
            },
        ),
        migrations.AlterField(
            model_name="transfercase",
            name="transfer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="cases",
                to="pensions.transfer",
                verbose_name="transfer of an entitlement",
            ),
        ),
        migrations.AlterField(
            model_name="transfermonth",
            name="transfer_id",
            field=models.BigIntegerField(verbose_name="transfer of an entitlement"),
        ),
    ]
