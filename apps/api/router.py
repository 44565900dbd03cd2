"""How calls are declared: each names the scope that it asks for, and the statuses that it may be refused with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ninja import Router

from apps.accounts.models import Scope

from .auth import Token

# Members of the schema that openapi.py turns into standard ones.
SCOPE, REFUSALS = "x-scope", "x-refusals"


class Calls(Router):
    """A router of which no call can be declared without its scope."""

    def call(
        self,
        method: str,
        path: str,
        answers: Any,
        *,
        scope: Scope = Scope.READ,
        status: int = 200,
        refusals: Sequence[int] = (),
        counts: str = "",
        extra: dict[str, Any] | None = None,
        **options: Any,
    ) -> Callable[[Any], Any]:
        """A call of `method` on `path` that answers with `status` and `answers`, for tokens with `scope`.

        `counts` is the limit of the pages on which it counts too.
        """
        return self.api_operation(
            [method],
            path,
            auth=Token(scope, counts),
            response={status: answers},
            openapi_extra={SCOPE: str(scope), REFUSALS: list(refusals), **(extra or {})},
            **options,
        )
