from django.db import migrations, models
from django.db.models.functions import Now
from django.utils import timezone


class Migration(migrations.Migration):

    dependencies = [
        ('lti', '0001_first'),
    ]

    operations = [
        migrations.AddField(
            model_name='passback',
            name='look_at',
            field=models.DateTimeField(db_default=Now(), default=timezone.now, help_text='When it is next compared with what the work came to.'),
        ),
    ]
