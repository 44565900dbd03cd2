"""The form that begins a regrade."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Count, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from apps.exercises.models import Exercise

from .models import Regrade, Run


class RegradeForm(forms.Form):
    """Which exercise, and why. Graded anew is what another version than the current one graded."""

    exercise = forms.ModelChoiceField(queryset=Exercise.objects.none(), empty_label=None, label=_("Exercise"))
    reason = forms.CharField(
        label=_("Why"),
        max_length=Regrade._meta.get_field("reason").max_length,
        help_text=_("Learners whose score changes read this."),
        widget=forms.TextInput(attrs={"placeholder": _("The check of the gradient was too strict.")}),
    )

    def __init__(self, *args: Any, runs: QuerySet[Run], **kwargs: Any) -> None:
        """`runs`: those that may be graded anew, of RunQuerySet.outdated()."""
        super().__init__(*args, **kwargs)
        counts = dict(runs.order_by().values_list("submission__exercise").annotate(n=Count("pk")))
        field: Any = self.fields["exercise"]
        field.queryset = Exercise.objects.filter(pk__in=counts).select_related("current_version__exercise")
        choices = field.queryset.order_by("title").values_list("pk", "title")
        said = {n: ngettext("%(n)s hand-in", "%(n)s hand-ins", n) % {"n": n} for n in set(counts.values())}
        field.choices = [(pk, f"{title} ({said[counts[pk]]})") for pk, title in choices]
        self.has_choices = bool(field.choices)
