from django.db import migrations, models

from studyhub.migration_operations import AddIndexWhileServing


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('submissions', '0014_check_lesson'),
    ]

    operations = [
        AddIndexWhileServing(
            model_name='run',
            index=models.Index(condition=models.Q(('verdict', 'platform_error')), fields=['finished_at'], name='run_our_fault'),
        ),
    ]
