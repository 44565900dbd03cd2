"""The site's addresses, grouped under the object they are about."""

from django.contrib import admin
from django.urls import include, path

from apps.submissions.views import metrics
from studyhub.styleguide import styleguide
from studyhub.views import admin_sign_in

handler429 = "studyhub.ratelimits.too_many"  # allauth asks for it
admin.site.site_header = admin.site.site_title = "StudyHub"
admin.site.index_title = "Behind the scenes"

urlpatterns = [
    path("", include("apps.catalog.urls")),
    path("exercises/", include("apps.exercises.urls")),
    path("quizzes/", include("apps.quizzes.urls")),
    path("learning/", include("apps.quizzes.learning_urls")),
    path("submissions/", include("apps.submissions.urls")),
    path("groups/", include("apps.groups.urls")),
    path("", include("apps.webhooks.urls")),
    path("", include("apps.lti.urls")),
    path("search/", include("apps.search.urls")),
    path("", include("apps.accounts.urls")),
    path("", include("apps.api.urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/login/", admin_sign_in),
    path("admin/", admin.site.urls),
    path("styleguide/", styleguide, name="styleguide"),
    path("metrics", metrics, name="metrics"),
]
