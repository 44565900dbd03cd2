from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("accounts", "0003_audit_and_notifications")]

    operations = [
        migrations.AddField(
            model_name="notification",
            name="body",
            field=models.TextField(blank=True, help_text="A message, in Markdown; most have none."),
        ),
    ]
