"""Addresses of LTI 1.3: for platforms, for those who come from them, and for operators."""

from django.urls import path

from . import linked_views, setup_views, views

app_name = "lti"
urlpatterns = [
    path("lti/", setup_views.home, name="home"),
    path("lti/platforms/<int:pk>/", setup_views.registration, name="registration"),
    path("lti/platforms/<int:pk>/act/", setup_views.act, name="act"),
    path("lti/linked/<int:pk>/unlink/", linked_views.unlink, name="unlink"),
    path("lti/configuration.json", setup_views.configuration_file, name="configuration"),
    path("lti/keys.json", views.jwks, name="jwks"),
    path("lti/login/", views.begin, name="login"),
    path("lti/launch/", views.launch, name="launch"),
    path("lti/deep-link/", views.deep_link, name="deep_link"),
    path("lti/choose/", views.choose, name="choose"),
    path("lti/arrive/<str:state>/", views.arrive, name="arrive"),
]
