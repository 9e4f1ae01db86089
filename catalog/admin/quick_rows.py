"""The lines of an inline as text: hundreds of them, without a template for each input.

They read like those of the admin's own table, so that its scripts and ours find their way.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from django import forms
from django.forms.utils import flatatt
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

_NOTHING: Final = SafeString("")
_OUTSIDE: Final = ("id", forms.formsets.DELETION_FIELD_NAME)
"""Fields that have no column of their own."""


class QuickRows(forms.BaseInlineFormSet[Any, Any, Any]):
    """An inline whose forms have inputs alone, and no choices or areas of text."""

    def lines(self) -> SafeString:
        """All forms that there are."""
        return SafeString("".join(self._line(form, form.prefix) for form in self.forms))

    def empty_line(self) -> SafeString:
        """What a line that is added begins as."""
        return self._line(self.empty_form, f"{self.prefix}-empty", "empty-form")

    def _line(
        self, form: forms.ModelForm[Any], line: str | None, *classes: str
    ) -> SafeString:
        errors = _errors(form.non_field_errors(), self._columns())
        is_saved = form.instance.pk is not None
        css = " ".join(["form-row", *["has_original"] * is_saved, *classes])
        cells = format_html_join(
            "",
            '<td class="field-{}">{}{}</td>',
            ((one.name, _errors_of(one), _input(one)) for one in self._shown(form)),
        )
        removed = _input(form[_OUTSIDE[1]]) if self._is_removable(form) else ""
        return format_html(
            '{}<tr class="{}" id="{}"><td class="original">{}{}{}</td>{}'
            '<td class="delete">{}</td></tr>',
            errors,
            css,
            line,
            _name(form.instance) if is_saved else _NOTHING,
            _input(form[_OUTSIDE[0]]),
            _input(form[self.fk.name]),
            cells,
            removed,
        )

    def _shown(self, form: forms.ModelForm[Any]) -> Iterable[forms.BoundField]:
        hidden = (*_OUTSIDE, self.fk.name)
        return (form[name] for name in form.fields if name not in hidden)

    def _columns(self) -> int:
        return len(self.form.base_fields) + 2

    def _is_removable(self, form: forms.ModelForm[Any]) -> bool:
        return form.instance.pk is not None and _OUTSIDE[1] in form.fields


def _name(row: Any) -> SafeString:
    """What it is called, and the way to its own page."""
    label = f"{row._meta.app_label}_{row._meta.model_name}"
    url = reverse(f"admin:{label}_change", args=[row.pk])
    return format_html(
        '<p>{} <a href="{}" class="inlinechangelink">Change</a></p>', row, url
    )


def _input(bound: forms.BoundField) -> SafeString:
    """The input of a field, as the templates of Django's inputs have it."""
    attrs = bound.build_widget_attrs({"id": bound.auto_id} if bound.auto_id else {})
    shown: dict[str, Any] = bound.field.widget.get_context(
        bound.html_name, bound.value(), attrs
    )["widget"]
    value = shown["value"]
    given = _NOTHING if value is None else format_html(' value="{}"', value)
    return format_html(
        '<input type="{}" name="{}"{}{}>',
        shown["type"],
        shown["name"],
        given,
        flatatt(shown["attrs"]),
    )


def _errors_of(bound: forms.BoundField) -> Any:
    return bound.errors if bound.form.is_bound and bound.errors else _NOTHING


def _errors(found: Any, columns: int) -> SafeString:
    if not found:
        return _NOTHING
    return format_html(
        '<tr class="row-form-errors"><td colspan="{}">{}</td></tr>', columns, found
    )
