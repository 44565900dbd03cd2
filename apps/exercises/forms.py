"""What the list of exercises can be narrowed down to."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.catalog.models import Concept, Level, Track


class FilterForm(forms.Form):
    """Track, level and concept; each may stay open."""

    track = forms.ChoiceField(label=_("Track"), required=False)
    level = forms.ChoiceField(label=_("Level"), required=False, choices=[("", _("Any level")), *Level.choices])
    concept = forms.ChoiceField(label=_("Concept"), required=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        tracks = Track.objects.current().values_list("slug", "title")
        concepts = Concept.objects.filter(retired=False, exercises__retired=False).distinct().order_by("title")
        self.fields["track"].choices = [("", _("All tracks")), *tracks]
        self.fields["concept"].choices = [("", _("Any concept")), *concepts.values_list("slug", "title")]

    def chosen(self) -> dict[str, str]:
        """The valid choices; one that nobody offers (an old link, a typo) is left out."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}
