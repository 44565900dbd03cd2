# What there is may have something to clear away, so all of it is looked through, a few at a time.

from django.db import migrations, models

from studyhub.migration_operations import AddIndexWhileServing


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('submissions', '0012_run_by_end'),
    ]

    operations = [
        migrations.AddField(
            model_name='standing',
            name='to_tidy',
            field=models.BooleanField(db_default=True, default=True, help_text='Something changed: a notebook that was kept may be outdone.'),
        ),
        AddIndexWhileServing(
            model_name='standing',
            index=models.Index(condition=models.Q(('to_tidy', True)), fields=['id'], name='standing_to_tidy'),
        ),
    ]
