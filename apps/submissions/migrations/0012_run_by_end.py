from django.db import migrations, models

from studyhub.migration_operations import AddIndexWhileServing


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('submissions', '0011_entry_counts'),
    ]

    operations = [
        AddIndexWhileServing(
            model_name='run',
            index=models.Index(fields=['queue', 'state', 'finished_at'], name='run_by_end'),
        ),
    ]
