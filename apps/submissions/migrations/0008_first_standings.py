from django.db import migrations

from apps.submissions.standings import read_checks, read_hand_ins, summary


def fill(apps, schema_editor):
    """Where everybody stands who handed in before there were rows for it."""
    submission, run, override, check, standing = (
        apps.get_model("submissions", name) for name in ("Submission", "Run", "Override", "CheckResult", "Standing")
    )
    pairs = submission.objects.order_by().values_list("user_id", "exercise_id").distinct()
    for user, exercise in list(pairs):
        whose = {"submission__user": user, "submission__exercise": exercise}
        hand_ins = read_hand_ins(run.objects.filter(trial=False, **whose), override.objects.filter(**whose))
        if hand_ins:
            row = summary(hand_ins, read_checks(hand_ins, check.objects.all()))
            standing.objects.update_or_create(user_id=user, exercise_id=exercise, defaults=row)


class Migration(migrations.Migration):

    dependencies = [("submissions", "0007_regrade_slices")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
