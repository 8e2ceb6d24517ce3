"""What states facts is only ever added to."""

from django.db import migrations

from socsec.office.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("office", "0001_initial")]

    operations = [
        append_only("office_auditentry"),
        append_only("office_auditseal"),
        append_only("office_policyedition"),
        append_only("office_caseevent"),
        append_only("office_casenote"),
    ]
