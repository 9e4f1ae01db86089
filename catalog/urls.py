"""Routes of `catalog` below /v1."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from catalog.page_views import PageViewSet, RailViewSet
from catalog.preview_views import PreviewAnswerView, PreviewView
from catalog.staff_views import DocumentItems, DocumentStatus, SendDocument
from catalog.views import (
    ChartViewSet,
    CollectionViewSet,
    GenreViewSet,
    PersonViewSet,
    SearchViewSet,
    TitleViewSet,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("titles", TitleViewSet.as_view({"get": "list"}), name="titles"),
    path(
        "titles/<slug:id_or_slug>",
        TitleViewSet.as_view({"get": "retrieve"}),
        name="title",
    ),
    path(
        "titles/<slug:id_or_slug>/seasons/<int:number>",
        TitleViewSet.as_view({"get": "season"}),
        name="season",
    ),
    path("ingest", SendDocument.as_view(), name="ingest"),
    path("ingest/<slug:public_id>", DocumentStatus.as_view(), name="ingest-document"),
    path("ingest/<slug:public_id>/items", DocumentItems.as_view(), name="ingest-items"),
    path(
        "titles/<slug:id_or_slug>/episodes",
        TitleViewSet.as_view({"get": "episodes"}),
        name="episodes",
    ),
    path("collections", CollectionViewSet.as_view({"get": "list"}), name="collections"),
    path(
        "collections/<slug:id_or_slug>",
        CollectionViewSet.as_view({"get": "retrieve"}),
        name="collection",
    ),
    path(
        "charts/<slug:chart>", ChartViewSet.as_view({"get": "retrieve"}), name="chart"
    ),
    path("search", SearchViewSet.as_view({"get": "list"}), name="search"),
    path("pages", PageViewSet.as_view({"get": "list"}), name="pages"),
    path("pages/<slug:slug>", PageViewSet.as_view({"get": "retrieve"}), name="page"),
    path(
        "rails/<slug:public_id>",
        RailViewSet.as_view({"get": "retrieve"}),
        name="rail",
    ),
    path("preview", PreviewView.as_view(), name="preview"),
    path("preview/<path:path>", PreviewAnswerView.as_view(), name="preview-answer"),
    path("genres", GenreViewSet.as_view({"get": "list"}), name="genres"),
    path(
        "people/<slug:public_id>",
        PersonViewSet.as_view({"get": "retrieve"}),
        name="person",
    ),
]
