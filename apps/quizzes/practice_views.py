"""The page of one's weekly goal."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from apps.quizzes.models import PracticeGoal


class PracticeForm(forms.ModelForm):
    """How many days a week, and whether to show it."""

    days = forms.TypedChoiceField(
        label=_("Days a week on which I want to practise"), coerce=int, choices=[(n, str(n)) for n in range(1, 8)]
    )

    class Meta:
        model = PracticeGoal
        fields = ["days", "shown"]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def practice(request: HttpRequest) -> HttpResponse:
    """Set the goal, or switch all of it off."""
    goal = PracticeGoal.objects.filter(user=request.user).first() or PracticeGoal(user=request.user)
    form = PracticeForm(request.POST or None, instance=goal)
    if request.method == "POST" and form.is_valid():
        PracticeGoal.objects.update_or_create(user=request.user, defaults=form.cleaned_data)
        messages.success(request, gettext("Saved."))
        return redirect("learning:reviews")
    return render(request, "learning/practice.html", {"form": form})
