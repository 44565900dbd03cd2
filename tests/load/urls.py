"""The site's addresses, and two to measure it by: an empty view with a template, and an empty page of the site."""

from django.shortcuts import render
from django.urls import include, path


def empty(request):
    return render(request, "yardstick.html", {"title": "Nothing"})


def frame(request):
    return render(request, "yardstick_frame.html")


urlpatterns = [
    path("yardstick/", empty),
    path("yardstick/frame/", frame),
    path("", include("studyhub.urls")),
]
