from django.db import migrations


def choose(apps, editor):
    """Who let no group remind them has chosen not to be told of what is due."""
    Membership = apps.get_model("groups", "Membership")
    Choice = apps.get_model("accounts", "Choice")
    current = Membership.objects.filter(left_at__isnull=True)
    reminded = set(current.filter(reminders=True).values_list("user", flat=True))
    silent = set(current.values_list("user", flat=True)) - reminded
    Choice.objects.bulk_create(
        [Choice(user_id=user, kind="due", channel="nothing") for user in sorted(silent)], ignore_conflicts=True
    )


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0006_choices_and_mails"),
        ("groups", "0003_digests_and_changed_assignments"),
    ]

    operations = [migrations.RunPython(choose, migrations.RunPython.noop)]
