"""Forms that notice when somebody else saved the row while it was being edited."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet

_CHANGED: Final = (
    "Someone else has saved this since you opened it. Open the page again to go on from "
    "there."
)


class WatchedForm(forms.ModelForm[Any]):
    """Refuses to save over what somebody else has saved meanwhile.

    ``watched`` is the column that every save changes.
    """

    watched = "version"
    seen_version = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["seen_version"] = self._stamp(self._rows())

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        seen = (cleaned or {}).get("seen_version")
        if self.instance.pk and seen and seen != self._locked_stamp():
            raise ValidationError(_CHANGED, code="changed_meanwhile")
        return cleaned

    def _locked_stamp(self) -> str:
        """The row cannot change any more until this save is done."""
        return self._stamp(self._rows().select_for_update())

    def _rows(self) -> QuerySet[Model]:
        rows: QuerySet[Model] = self._meta.model._default_manager.all()
        return rows.filter(pk=self.instance.pk)

    def _stamp(self, rows: QuerySet[Model]) -> str:
        return str(rows.values_list(self.watched, flat=True).get())
