"""When it is on the demo site: on a day between two meetings of its group, whenever one looks."""

from __future__ import annotations

from datetime import UTC, datetime

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
