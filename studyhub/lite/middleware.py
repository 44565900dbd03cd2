"""Gives out JupyterLite on a host of its own, where no cookie of the site's goes."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed, SuspiciousFileOperation
from django.http import Http404, HttpRequest, HttpResponseNotFound
from django.http.response import HttpResponseBase
from django.views.static import serve

# JupyterLab compiles schemas and styles while it starts, and Python is WebAssembly in a worker. All of it from here.
POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval' 'wasm-unsafe-eval' blob:",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self' data: blob:",
        "worker-src 'self' blob:",
        "manifest-src 'self'",
        "base-uri 'self'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ]
)
TYPES = {
    ".mjs": "text/javascript",
    ".wasm": "application/wasm",
    ".ipynb": "application/json",
    ".whl": "application/zip",
}


class LiteMiddleware:
    """Stands first: what comes to the host of STUDYHUB_LITE_URL gets files, and never meets a session or a view."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.host = urlsplit(settings.LITE_URL).netloc
        if not self.host:
            raise MiddlewareNotUsed

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Called by Django for each request."""
        if request.META.get("HTTP_HOST") != self.host:
            return self.get_response(request)
        response = self.file(request)
        response.headers["Content-Security-Policy"] = POLICY
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        return response

    def file(self, request: HttpRequest) -> HttpResponseBase:
        """The file that was asked for; a folder's is its index.html."""
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotFound()
        path = request.path_info.lstrip("/")
        if not path or path.endswith("/"):
            path += "index.html"
        try:
            response = serve(request, path, document_root=settings.VAR_DIR / "lite")
        except (Http404, SuspiciousFileOperation):
            return HttpResponseNotFound("There is no such file.", content_type="text/plain")
        suffix = path[path.rfind(".") :]
        if suffix in TYPES and response.status_code == 200:
            response.headers["Content-Type"] = TYPES[suffix]
        response.headers["Cache-Control"] = "no-cache"
        return response
