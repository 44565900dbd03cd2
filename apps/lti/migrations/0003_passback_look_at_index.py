from django.db import migrations, models

from studyhub.migration_operations import AddIndexWhileServing


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('lti', '0002_passback_look_at'),
    ]

    operations = [
        AddIndexWhileServing(
            model_name='passback',
            index=models.Index(fields=['look_at'], name='lti_passback_look'),
        ),
    ]
