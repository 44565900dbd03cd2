"""What the palette does beside leading to pages: go on, open one's groups, colours, language, sign in and out.

What a form of the page does already is done by pressing its button, so that it does the same, and comes back there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language, get_language_info
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.catalog.next_steps import first_step
from apps.groups.models import Membership
from studyhub.templatetags.ui import THEMES, language_tag

from .words import tokens

# Whoever is in more finds them by name, or on the page of groups.
GROUPS_AT_MOST = 5
THEME_ICONS = {"auto": "sun-moon", "light": "sun", "dark": "moon"}


@dataclass(frozen=True, kw_only=True)
class Command:
    """One thing to do: it leads to `url`, or presses the button that the selector `press` finds on the page."""

    words: str
    icon: str
    url: str = ""
    press: str = ""
    note: str = ""
    """What stands beside it, quietly."""
    also: str = ""
    """By what other words it is found."""

    def answers(self, text: str) -> bool:
        """Whether each word of `text` begins one of its own; nothing asks for everything."""
        own = tokens(f"{self.words} {self.note} {self.also}")
        asked = tokens(text)
        return bool(asked or not text) and all(any(word.startswith(one) for word in own) for one in asked)


def ways_of(request: HttpRequest, text: str) -> list[Command]:
    """To where the reader goes on and to their groups, the latest first, of that what `text` asks for."""
    found = []
    go_on = Command(words=_("Go on"), icon="play", also=_("where you left next resume continue"))
    # Where that is takes a dozen queries: asked only where it is wanted.
    if go_on.answers(text) and (step := first_step(request)):
        found.append(replace(go_on, url=step.url, note=step.title))
    groups = [
        Command(words=str(one.group), icon="users", url=one.group.get_absolute_url(), note=_("Your group"))
        for one in _memberships(request.user)
    ]
    return [*found, *[one for one in groups if one.answers(text)][:GROUPS_AT_MOST]]


def buttons_for(user: User | AnonymousUser, text: str) -> list[Command]:
    """What can be pressed on every page, of that what `text` asks for."""
    return [one for one in _buttons(user) if one.answers(text)]


def _memberships(user: User | AnonymousUser) -> Iterable[Membership]:
    if not user.is_authenticated:
        return []
    current = Membership.objects.current().filter(user=user, group__archived_at=None)
    return current.select_related("group").order_by("-joined_at", "-pk")


def _buttons(user: User | AnonymousUser) -> Iterator[Command]:
    for theme, words in THEMES.items():
        yield Command(
            words=_("Colours: %(theme)s") % {"theme": str(words).lower()},
            icon=THEME_ICONS[theme],
            press=f'#choices [name="theme"][value="{theme}"]',
            also=_("theme mode colors"),
        )
    for code, name in settings.LANGUAGES:
        if code != get_language():
            yield Command(
                words=_("Language: %(language)s") % {"language": name},
                icon="globe",
                press=f'[form="choices"][name="language"][value="{code}"]',
                also=f"{get_language_info(code)['name_translated']} {language_tag(code)}",
            )
    if user.is_authenticated:
        yield Command(
            words=_("Sign out"),
            icon="log-out",
            press=f'form[action="{reverse("account_logout")}"] [type="submit"]',
            also=_("log out leave"),
        )
    else:
        press = f'.site-you [href^="{reverse("account_login")}"]'
        yield Command(words=_("Sign in"), icon="log-in", press=press, also=_("log in account"))
