"""Why a launch is refused: the wording of each reason, for whoever stands before the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

if TYPE_CHECKING:
    from lti_tool.models import LtiRegistration

    from .models import Launch

AGAIN = _("Go back to your platform and open the link again.")
OPERATOR = _("It is the turn of whoever runs StudyHub: tell them what stands here.")
# In English (so it is kept), and translated where it is shown. By name: what it says, and what to do.
REASONS = {
    "off": (_("StudyHub doesn't know this platform"), OPERATOR),
    "incomplete": (_("Your platform sent too little to begin"), OPERATOR),
    "state": (_("This launch is not known here, or too old"), AGAIN),
    "cookie": (
        _("Your browser kept our cookie back"),
        _("Browsers do that for a page inside another one. In a tab of its own it works."),
    ),
    "replayed": (_("This launch was used already"), AGAIN),
    "malformed": (_("What your platform sent can't be read"), OPERATOR),
    "nonce": (_("What your platform sent belongs to another launch"), AGAIN),
    "algorithm": (
        _("Your platform signs in a way that is not taken here"),
        _("LTI 1.3 asks for RS256. It is the turn of whoever runs StudyHub: tell them what stands here."),
    ),
    "keys": (
        _("The keys of your platform can't be read"),
        _(
            "Try again in a minute; if it stays so: "
            "It is the turn of whoever runs StudyHub: tell them what stands here."
        ),
    ),
    "key": (_("Your platform signed with a key that it doesn't publish"), OPERATOR),
    "signature": (_("The signature of your platform is not good"), OPERATOR),
    "expired": (
        _("This launch has run out"),
        _(
            "Go back to your platform and open the link again. "
            "If it stays so, a clock is wrong: ours or your platform's."
        ),
    ),
    "audience": (_("This launch is meant for another tool"), OPERATOR),
    "issuer": (_("This launch comes from another platform"), OPERATOR),
    "deployment": (
        _("StudyHub was not let into this part of your platform yet"),
        _("Whoever runs StudyHub has to let the deployment in, on the page LTI."),
    ),
    "message": (_("Your platform asks for something that StudyHub doesn't do"), OPERATOR),
    "inactive": (_("Your account is closed"), _("Ask whoever runs StudyHub.")),
    "other": (
        _("You are signed in with another account"),
        _("This link belongs to an account that signs in by itself. Sign out, then open the link again."),
    ),
    "chosen": (_("Something was chosen here already"), _("Go back to your platform and open the choice again.")),
}


class Refused(Exception):
    """A launch that doesn't go on; `why` is a name in REASONS, `detail` is for operators."""

    def __init__(
        self, why: str, detail: str = "", *, registration: LtiRegistration | None = None, launch: Launch | None = None
    ) -> None:
        super().__init__(why)
        self.why, self.detail, self.registration, self.launch = why, detail, registration, launch

    @property
    def title(self) -> str:
        """What it says."""
        return gettext(REASONS[self.why][0])

    @property
    def advice(self) -> str:
        """What to do, and whose turn it is."""
        return gettext(REASONS[self.why][1])
