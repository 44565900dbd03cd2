"""Why a launch is refused: the wording of each reason, for whoever stands before the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lti_tool.models import LtiRegistration

    from .models import Launch

AGAIN = "Go back to your platform and open the link again."
OPERATOR = "It is the turn of whoever runs StudyHub: tell them what stands here."
# By name: what it says, and what to do.
REASONS = {
    "off": ("StudyHub doesn't know this platform", OPERATOR),
    "incomplete": ("Your platform sent too little to begin", OPERATOR),
    "state": ("This launch is not known here, or too old", AGAIN),
    "cookie": (
        "Your browser kept our cookie back",
        "Browsers do that for a page inside another one. In a tab of its own it works.",
    ),
    "replayed": ("This launch was used already", AGAIN),
    "malformed": ("What your platform sent can't be read", OPERATOR),
    "nonce": ("What your platform sent belongs to another launch", AGAIN),
    "algorithm": ("Your platform signs in a way that is not taken here", "LTI 1.3 asks for RS256. " + OPERATOR),
    "keys": ("The keys of your platform can't be read", "Try again in a minute; if it stays so: " + OPERATOR),
    "key": ("Your platform signed with a key that it doesn't publish", OPERATOR),
    "signature": ("The signature of your platform is not good", OPERATOR),
    "expired": ("This launch has run out", AGAIN + " If it stays so, a clock is wrong: ours or your platform's."),
    "audience": ("This launch is meant for another tool", OPERATOR),
    "issuer": ("This launch comes from another platform", OPERATOR),
    "deployment": (
        "StudyHub was not let into this part of your platform yet",
        "Whoever runs StudyHub has to let the deployment in, on the page LTI.",
    ),
    "message": ("Your platform asks for something that StudyHub doesn't do", OPERATOR),
    "inactive": ("Your account is closed", "Ask whoever runs StudyHub."),
    "other": (
        "You are signed in with another account",
        "This link belongs to an account that signs in by itself. Sign out, then open the link again.",
    ),
    "chosen": ("Something was chosen here already", "Go back to your platform and open the choice again."),
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
        return REASONS[self.why][0]

    @property
    def advice(self) -> str:
        """What to do, and whose turn it is."""
        return REASONS[self.why][1]
