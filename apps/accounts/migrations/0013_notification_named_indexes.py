from django.db import migrations, models

from studyhub.migration_operations import AddIndexWhileServing


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('accounts', '0012_notification_named'),
    ]

    operations = [
        AddIndexWhileServing(
            model_name='notification',
            index=models.Index(fields=['named'], name='notification_named', condition=models.Q(named__isnull=False)),
        ),
        AddIndexWhileServing(
            model_name='notification',
            index=models.Index(fields=['mail'], name='notification_mailed', condition=models.Q(mail__isnull=False)),
        ),
    ]
