from django.db import migrations, models

from studyhub.migration_operations import AddIndexWhileServing


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('accounts', '0006_choices_and_mails'),
    ]

    operations = [
        AddIndexWhileServing(
            model_name='notification',
            index=models.Index(fields=['user'], name='notification_for_digest', condition=models.Q(awaits_digest=True)),
        ),
    ]
