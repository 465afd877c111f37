"""Where the panel's pages are."""

from __future__ import annotations

from django.urls import path

from ao_dashboard.bluegreen import views

urlpatterns = [
    path("", views.Sites.as_view(), name="index"),
    path("rows", views.SiteRows.as_view(), name="rows"),
    path("<slug:name>/", views.Site.as_view(), name="site"),
    path("<slug:name>/now", views.SiteNow.as_view(), name="now"),
    path("<slug:name>/cut-over/<slug:release>.svg", views.Chart.as_view(), name="cut-over"),
    path("<slug:name>/<slug:action>/", views.Form.as_view(), name="action"),
]
