"""What the database itself refuses, whoever writes."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from catalog.models import Artwork, ExternalId, TitleTranslation
from tests.factories import catalog

pytestmark = pytest.mark.django_db


class TestTitle:
    def test_public_ids_are_opaque_and_differ(self):
        first, second = catalog.title(), catalog.title()
        assert first.public_id.startswith("ti_")
        assert first.public_id != second.public_id

    def test_an_external_id_names_one_title(self):
        ExternalId.objects.create(title=catalog.title(), system="imdb", value="tt1")
        with pytest.raises(IntegrityError):
            ExternalId.objects.create(title=catalog.title(), system="imdb", value="tt1")

    def test_two_systems_may_use_the_same_value(self):
        title = catalog.title()
        ExternalId.objects.create(title=title, system="imdb", value="1")
        ExternalId.objects.create(title=title, system="own", value="1")
        assert title.external_ids.count() == 2

    def test_a_language_needs_no_migration(self):
        title = catalog.title()
        TitleTranslation.objects.create(title=title, language="he", name="שלום עולם")
        assert title.translations.get(language="he").name == "שלום עולם"

    @pytest.mark.parametrize("tag", ["EN", "english", "en_US", "e", "en-us"])
    def test_a_language_is_a_well_formed_tag(self, tag):
        translation = TitleTranslation(title=catalog.title(), language=tag, name="x")
        with pytest.raises(ValidationError) as refused:
            translation.full_clean()
        assert "language" in refused.value.message_dict

    def test_reads_with_its_year(self):
        assert str(catalog.title("Sunrise", year=1927)) == "Sunrise (1927)"
        assert str(catalog.title("Sunrise", year=None)) == "Sunrise"


class TestArtwork:
    def test_belongs_to_something(self):
        with pytest.raises(IntegrityError):
            Artwork.objects.create(role="poster", image="artwork/a.jpg")

    def test_belongs_to_one_thing_only(self):
        credit = catalog.credit(catalog.title())
        with pytest.raises(IntegrityError):
            Artwork.objects.create(
                role="poster", image="a.jpg", title=credit.title, person=credit.person
            )
