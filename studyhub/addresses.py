"""What may stand in an address."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse

from studyhub.problem_details import BEFORE, is_of_program, problem

NUL = "unreadable-address"


class NulMiddleware:
    """Refuses NUL, 400: nothing has it in its name, and PostgreSQL breaks off whoever looks for it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Called by Django for each request. Raises SuspiciousOperation, which a reader gets a page for."""
        query = request.META.get("QUERY_STRING", "")
        if "\0" not in request.path_info and "%00" not in query and "\0" not in query:
            return self.get_response(request)
        if is_of_program(request):
            return problem(request, NUL, BEFORE[NUL])
        raise SuspiciousOperation(BEFORE[NUL].title)
