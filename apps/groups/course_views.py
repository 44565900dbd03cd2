"""A plan from a template: choose one, say when, look at it, make it."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from .plan_forms import CourseForm
from .plan_templates import load_plans
from .plan_views import lead_who_may_change, plan_context
from .services import courses as services


@login_required
@require_safe
def courses(request: HttpRequest, slug: str) -> HttpResponse:
    """The templates that there are."""
    membership = lead_who_may_change(request, slug)
    plans = load_plans(Path(settings.CURRICULUM_DIR))
    return render(request, "groups/plan_templates.html", plan_context(request, membership, plans=plans))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def course(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    """One of them: a preview with the dates that the form has (GET), then the plan itself (POST)."""
    membership = lead_who_may_change(request, slug)
    group = membership.group
    plan = next((one for one in load_plans(Path(settings.CURRICULUM_DIR)) if one.slug == name), None)
    if plan is None:
        raise Http404("There is no such template.")
    form = CourseForm(request.POST or request.GET or None, group=group)
    valid = form.is_valid()
    if request.method == "POST" and valid:
        values = form.cleaned_data
        made = services.create(
            group=group, plan=plan, first=values["moment"], weeks=values["weeks"], place=values["place"]
        )
        text = ngettext(
            "%(n)d meeting is planned. Change whatever you like.",
            "%(n)d meetings are planned. Change whatever you like.",
            len(made),
        )
        messages.success(request, text % {"n": len(made)})
        return redirect("groups:plan_edit", slug)
    first, weeks = (form.cleaned_data["moment"], form.cleaned_data["weeks"]) if valid else (None, 1)
    foreseen = services.foresee(group=group, plan=plan, first=first, weeks=weeks)
    context = plan_context(request, membership, plan=plan, form=form, foreseen=foreseen, dated=valid)
    return render(request, "groups/plan_template.html", context, status=422 if form.errors else 200)
