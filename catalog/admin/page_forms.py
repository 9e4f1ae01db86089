"""Forms of pages and rails: names in each language, order, rules, whom a rail is for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final

from django import forms
from django.conf import settings
from django.contrib.admin.widgets import AdminSplitDateTime
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from accounts.models import Package
from catalog import page_content, rail_sources
from catalog.admin.watching import WatchedForm
from catalog.filters import SORTS
from catalog.models import (
    Collection,
    Genre,
    Keyword,
    Page,
    Rail,
    RailItem,
    Studio,
    Title,
)
from catalog.models.titles import Kind
from catalog.page_content import RailContent
from catalog.page_validation import MAX_ITEMS
from catalog.rules import Rule
from streamapi.clients import FORM_FACTORS, UNRESTRICTED
from streamapi.errors import InvalidInput

_ORDERS: Final = {
    "popularity": "Most popular first",
    "release": "Latest first",
    "addition": "Newest here first",
    "name": "By name",
}
_SCREENS: Final = {
    "phone": "Phone",
    "tablet": "Tablet",
    "tv": "Television",
    "web": "Web",
}
_RULE: Final = (
    "kind", "genres", "without", "year_from", "year_to", "packages", "is_free",
    "max_age", "sort",
)  # fmt: skip
_TYPED: Final[Mapping[str, type[Model] | None]] = {
    "languages": None, "keywords": Keyword, "studios": Studio, "collections": Collection
}  # fmt: skip
"""Parts of a rule that are typed, and what there must be by such a slug."""
_SLUGS: Final = "Slugs, such as: time-travel, heist"


class NamesWidget(forms.MultiWidget):
    """One line for each language of the service."""

    def __init__(self) -> None:
        self.languages = [*settings.CONTENT_LANGUAGES]
        super().__init__(
            {
                tag: forms.TextInput({"maxlength": 100, "aria-label": f"Name in {tag}"})
                for tag in self.languages
            }
        )

    def decompress(self, value: Mapping[str, str] | None) -> list[str]:
        return [(value or {}).get(tag, "") for tag in self.languages]

    def render(
        self, name: str, value: Any, attrs: Any = None, renderer: Any = None
    ) -> SafeString:
        """Each line with its language before it."""
        values = value if isinstance(value, list) else self.decompress(value)
        lines = [
            (tag, widget.render(f"{name}_{tag}", text, {"id": f"id_{name}_{tag}"}))
            for tag, widget, text in zip(
                self.languages, self.widgets, values, strict=True
            )
        ]
        line = "<label><span>{}</span> {}</label>"
        return format_html(
            '<span class="catalog-names">{}</span>', format_html_join("", line, lines)
        )


class NamesField(forms.MultiValueField):
    """Names by language; those in other languages than the service's are kept."""

    def __init__(self, **kwargs: Any) -> None:
        fields = [
            forms.CharField(max_length=100, required=False)
            for _ in settings.CONTENT_LANGUAGES
        ]
        super().__init__(
            fields, require_all_fields=False, required=False, widget=NamesWidget()
        )

    def compress(self, data_list: Sequence[str]) -> dict[str, str]:
        pairs = zip(settings.CONTENT_LANGUAGES, data_list, strict=False)
        return {tag: name for tag, name in pairs if name}


class OrderField(forms.CharField):
    """Primary keys in an order, as the page's script writes them."""

    def __init__(self) -> None:
        super().__init__(required=False, widget=forms.HiddenInput)

    def clean(self, value: Any) -> list[int]:
        text = super().clean(value)
        if not all(part.isascii() and part.isdigit() for part in _parts(text)):
            raise ValidationError("The order is not one.", code="invalid_order")
        return list(dict.fromkeys(int(part) for part in _parts(text)))


def _parts(text: str) -> list[str]:
    return [part for part in text.split(",") if part]


class NamedForm(forms.ModelForm[Any]):
    """Has names in each language of the service."""

    def clean_names(self) -> dict[str, str]:
        """What is written here, and names in languages that are not asked for."""
        kept = {
            tag: name
            for tag, name in self.instance.names.items()
            if tag not in settings.CONTENT_LANGUAGES
        }
        return kept | dict(self.cleaned_data["names"])


class PageForm(NamedForm, WatchedForm):
    """A page, and the order of its rails."""

    names = NamesField()
    rail_order = OrderField()

    class Meta:
        model = Page
        fields = ["names", "slug", "parent", "position", "release_at"]

    def save_order(self) -> None:
        """Put the rails into the order of the form."""
        wanted = {pk: place for place, pk in enumerate(self.cleaned_data["rail_order"])}
        rails = list(self.instance.rails.all())
        for rail in rails:
            rail.position = wanted.get(rail.pk, len(wanted) + rail.position)
        Rail.objects.bulk_update(rails, ["position"])


class RailForm(NamedForm, WatchedForm):
    """A rail: what is in it, how it looks, who sees it when."""

    names = NamesField()
    source = forms.ChoiceField(label="filled with")
    argument = forms.ChoiceField(label="only", required=False)
    items = OrderField()
    rule_kind = forms.ChoiceField(
        label="kind", choices=[("", "Movies and series"), *Kind.choices], required=False
    )
    rule_genres = forms.MultipleChoiceField(label="in any of", required=False)
    rule_without = forms.MultipleChoiceField(label="but not in", required=False)
    rule_year_from = forms.IntegerField(
        label="from year", min_value=1870, max_value=2200, required=False
    )
    rule_year_to = forms.IntegerField(
        label="to year", min_value=1870, max_value=2200, required=False
    )
    rule_languages = forms.CharField(
        label="spoken in", required=False, help_text="Tags, such as: en, ja"
    )
    rule_keywords = forms.CharField(label="about", required=False, help_text=_SLUGS)
    rule_studios = forms.CharField(label="by studios", required=False)
    rule_collections = forms.CharField(label="from collections", required=False)
    rule_packages = forms.MultipleChoiceField(
        label="of packages", required=False, widget=forms.CheckboxSelectMultiple
    )
    rule_is_free = forms.BooleanField(label="only what is free", required=False)
    rule_max_age = forms.IntegerField(
        label="for ages up to", min_value=0, max_value=UNRESTRICTED, required=False
    )
    rule_sort = forms.ChoiceField(
        label="order", choices=[(name, _ORDERS[name]) for name in SORTS], required=False
    )
    form_factors = forms.MultipleChoiceField(
        label="screens",
        choices=[(name, _SCREENS[name]) for name in FORM_FACTORS],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="None checked: all of them. The same below.",
    )
    territories = forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple, required=False
    )
    languages = forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple, required=False
    )
    maturity_from = forms.TypedChoiceField(label="ages from", coerce=int, initial=0)
    maturity_to = forms.TypedChoiceField(label="to", coerce=int, initial=UNRESTRICTED)
    packages = forms.ModelMultipleChoiceField(
        queryset=Package.objects.order_by("name"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    holders = forms.TypedChoiceField(
        label="for viewers",
        choices=[
            ("1", "who have one of these packages"),
            ("", "who have none of them"),
        ],
        coerce=bool,
        required=False,
    )

    class Meta:
        model = Rail
        fields = [
            "names", "layout", "source", "argument", "size", "form_factors",
            "territories", "excluded", "languages", "maturity_from", "maturity_to",
            "packages", "holders", "starts_at", "ends_at",
        ]  # fmt: skip
        field_classes: ClassVar = {
            "starts_at": forms.SplitDateTimeField,
            "ends_at": forms.SplitDateTimeField,
        }
        widgets: ClassVar = {
            "starts_at": AdminSplitDateTime,
            "ends_at": AdminSplitDateTime,
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._offer()
        rule = self.instance.rule
        for name in _RULE:
            if name in rule:
                self.initial[f"rule_{name}"] = rule[name]
        for name in _TYPED:
            self.initial[f"rule_{name}"] = ", ".join(rule.get(name, ()))
        self.initial["holders"] = "1" if self.instance.holders else ""

    def _offer(self) -> None:
        """Choices that are data."""
        fields: dict[str, Any] = dict(self.fields)
        offered = rail_sources.offered()
        fields["source"].choices = [(name, one.label) for name, one in offered.items()]
        arguments = [("", "everything"), *Kind.choices]
        for source in offered.values():
            if isinstance(source, rail_sources.ForeignSource):
                arguments += source.arguments()
        fields["argument"].choices = arguments
        genres = [(one, one) for one in _genres()]
        fields["rule_genres"].choices = fields["rule_without"].choices = genres
        fields["rule_packages"].choices = list(
            Package.objects.order_by("name").values_list("code", "name")
        )
        for name, offers in (
            ("territories", settings.TERRITORIES),
            ("languages", settings.CONTENT_LANGUAGES),
        ):
            kept = [one for one in getattr(self.instance, name) if one not in offers]
            fields[name].choices = [(one, one) for one in (*offers, *kept)]
        ages = [(age, f"{age} years") for age in settings.MATURITY_CEILINGS]
        fields["maturity_from"].choices = fields["maturity_to"].choices = ages

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        source = rail_sources.find(cleaned.get("source", ""))
        if source and cleaned.get("layout") not in source.layouts:
            fitting = " or ".join(source.layouts)
            self.add_error("layout", f"{source.label} is drawn as {fitting}.")
        try:
            self.instance.rule = self._rule(cleaned).saved()
        except InvalidInput as problem:
            self.add_error(None, problem.detail)
        return cleaned

    def clean_holders(self) -> bool:
        """The empty choice is the second one."""
        return bool(self.cleaned_data["holders"])

    def clean_items(self) -> list[int]:
        """Titles that exist, in the order of the form."""
        wanted: list[int] = self.cleaned_data["items"]
        if len(wanted) > MAX_ITEMS:
            raise ValidationError(
                f"A rail has at most {MAX_ITEMS} titles.", code="too_many_items"
            )
        there = set(Title.objects.filter(pk__in=wanted).values_list("pk", flat=True))
        return [pk for pk in wanted if pk in there]

    def _rule(self, cleaned: Mapping[str, Any]) -> Rule:
        given = {name: cleaned.get(f"rule_{name}") for name in _RULE}
        asked = {
            name: value for name, value in given.items() if value not in (None, "")
        }
        return Rule.read(asked | {name: self._typed(name, cleaned) for name in _TYPED})

    def _typed(self, name: str, cleaned: Mapping[str, Any]) -> list[str]:
        """The words of a part; those that are the slug of nothing are refused."""
        words = str(cleaned.get(f"rule_{name}") or "").replace(",", " ").split()
        model = _TYPED[name]
        if model is not None:
            rows = model._default_manager.filter(slug__in=words)
            unknown = sorted(set(words).difference(rows.values_list("slug", flat=True)))
            if unknown:
                detail = f"There is nothing by the slug {', '.join(unknown)}."
                self.add_error(f"rule_{name}", detail)
        return words

    def content(self) -> RailContent:
        """What the form says, as the content of a rail; from a checked form."""
        packages = sorted(one.code for one in self.cleaned_data["packages"])
        return page_content.assemble(
            self.instance, items=self.cleaned_data["items"], packages=packages
        )

    @transaction.atomic
    def save_items(self) -> None:
        """Put the chosen titles into the order of the form."""
        rail = self.instance
        rail.items.all().delete()
        RailItem.objects.bulk_create(
            RailItem(rail=rail, title_id=pk, position=place)
            for place, pk in enumerate(self.cleaned_data["items"])
        )


def _genres() -> list[str]:
    return list(Genre.objects.order_by("slug").values_list("slug", flat=True))
