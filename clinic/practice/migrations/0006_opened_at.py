from django.db import migrations, models
from django.utils import timezone


def keep_open(apps, schema_editor):
    """A clinic that is there already has been open to everybody, and stays so."""
    apps.get_model("practice", "ClinicProfile").objects.update(opened_at=timezone.now())


class Migration(migrations.Migration):
    dependencies = [("practice", "0005_place_pictures")]

    operations = [
        migrations.AddField(
            "clinicprofile",
            "opened_at",
            models.DateTimeField("opened to the public", null=True, editable=False),
        ),
        migrations.AddField(
            "clinicprofile",
            "closed_at",
            models.DateTimeField("closed to the public", null=True, editable=False),
        ),
        migrations.RunPython(keep_open, migrations.RunPython.noop, elidable=True),
    ]
