"""The calendar of what will change by itself."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from catalog import calendars

_DAYS: Final = 28


def page(model_admin: admin.ModelAdmin[Any], request: HttpRequest) -> HttpResponse:
    """Four weeks from the Monday of ``?from=``, else of today."""
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    today = timezone.localdate()
    first = _monday(_asked(request.GET.get("from", ""), today))
    days = calendars.days(first, _DAYS)
    context = {
        **model_admin.admin_site.each_context(request),
        "title": "Calendar",
        "opts": model_admin.opts,
        "weeks": [days[start : start + 7] for start in range(0, _DAYS, 7)],
        "today": today,
        "before": (first - timedelta(days=_DAYS)).isoformat(),
        "after": (first + timedelta(days=_DAYS)).isoformat(),
    }
    return TemplateResponse(request, "admin/catalog/title/calendar.html", context)


def _asked(text: str, today: date) -> date:
    try:
        asked = date.fromisoformat(text)
    except ValueError:
        return today
    return asked if abs(asked.year - today.year) <= 50 else today


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
