from django.db import migrations, models

from appointments.models import name_key

BATCH = 1000


def fill(apps, schema_editor):
    """Write the names of all requests as they are looked for."""
    requests = apps.get_model("appointments", "AppointmentRequest").objects
    rows = requests.filter(name_key="").only("pk", "patient_name", "requester_name").order_by("pk")
    last = 0
    while batch := list(rows.filter(pk__gt=last)[:BATCH]):
        for row in batch:
            row.name_key = name_key(row.patient_name, row.requester_name)
        requests.bulk_update(batch, ["name_key"])
        last = batch[-1].pk


class Migration(migrations.Migration):

    dependencies = [
        ("appointments", "0005_copy_appointments"),
    ]

    operations = [
        migrations.AddField(
            model_name="appointmentrequest",
            name="name_key",
            field=models.CharField(blank=True, db_default="", default="", editable=False, max_length=500),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
    ]
