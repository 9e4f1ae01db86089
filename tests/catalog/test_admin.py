"""What editors do in the admin, and what devices see of it."""

import io
import re

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from accounts.models import User
from catalog import renditions
from catalog.models import (
    Artwork,
    AttributeDefinition,
    Episode,
    Person,
    PublishedGenre,
    RenderedPicture,
    Synonym,
    Title,
)
from tests.factories import catalog

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def editor(client):
    """The admin as seen by someone who may do everything."""
    client.force_login(User.objects.create_superuser("editor@example.com", PASSWORD))
    return client


def picture(width=600, height=900, name="poster.png", form="PNG", colour="#204060"):
    raw = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(raw, form)
    return SimpleUploadedFile(name, raw.getvalue(), "image/png")


def page(title):
    return reverse("admin:catalog_title_change", args=[title.pk])


def filled(client, url):
    """The form of a page, as a browser would send it back untouched."""
    response = client.get(url)
    assert response.status_code == 200
    data = {}
    forms = [response.context["adminform"].form]
    for inline in response.context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    for form in forms:
        for bound in form:
            value = bound.value()
            if value is None or hasattr(value, "url"):
                continue
            many = isinstance(value, list)
            data[bound.html_name] = [str(v) for v in value] if many else value
    data["languages"] = ",".join(data.get("languages", []))
    return data


def submit(client, url, button="_save", **changes):
    """Change fields of a page and press a button."""
    data = filled(client, url) | changes | {button: "1"}
    return client.post(url, data, follow=True)


def messages(response):
    return [str(message) for message in response.context["messages"]]


class TestPublishing:
    def test_devices_see_the_old_text_until_it_is_published_and_after_a_rollback(
        self, editor, get
    ):
        title = catalog.title("Old name")
        path = f"/v1/titles/{title.public_id}"
        submit(editor, page(title), "_publish")
        assert get(path)["name"] == "Old name"

        submit(editor, page(title), **{"translations-0-name": "New name"})
        assert title.translations.get().name == "New name"
        assert get(path)["name"] == "Old name"

        response = submit(editor, page(title), "_publish")
        assert "Published as version 2" in messages(response)[0]
        assert get(path)["name"] == "New name"

        versions = reverse("admin:catalog_title_versions", args=[title.pk])
        response = editor.post(versions, {"number": "1"}, follow=True)
        assert "devices see version 1 again" in messages(response)[0]
        assert get(path)["name"] == "Old name"
        assert title.translations.get().name == "New name"

    @pytest.mark.parametrize(
        "words", ["ألف ليلة وليلة", "שלום, \u200eStar Wars\u200f 2"]
    )
    def test_right_to_left_words_reach_devices_as_they_were_typed(
        self, editor, get, words
    ):
        title = catalog.title("Old name")
        fields = {"translations-0-name": words, "translations-0-synopsis": f"{words}."}
        submit(editor, page(title), "_publish", **fields)
        assert filled(editor, page(title))["translations-0-name"] == words
        shown = get(f"/v1/titles/{title.public_id}")
        assert (shown["name"], shown["synopsis"]) == (words, f"{words}.")
        (group,) = get("/v1/search", q=words[:4])["groups"]
        assert [one["name"] for one in group["results"]] == [words]

    def test_a_refusal_is_shown_and_the_edit_is_kept(self, editor, api):
        title = catalog.series("Empty", seasons=())
        response = submit(editor, page(title), "_publish", year="1999")
        assert "The series has no episode." in messages(response)[0]
        assert Title.objects.get().year == 1999
        assert api.get(f"/v1/titles/{title.public_id}").status_code == 404

    def test_the_page_says_beforehand_what_publishing_would_find(self, editor):
        content = editor.get(page(catalog.series(seasons=()))).content.decode()
        assert "ERROR: The series has no episode." in content
        assert "WARNING: There is no text in de." in content

    def test_takes_a_title_from_devices(self, editor, api, publish):
        title = publish(catalog.title())
        submit(editor, page(title), "_unpublish")
        assert api.get(f"/v1/titles/{title.public_id}").status_code == 404

    def test_acts_on_many_and_reports_each_refusal(self, editor, get):
        good, bad = catalog.title("Good"), catalog.series("Bad", seasons=())
        act = {"_selected_action": [good.pk, bad.pk]}
        url = reverse("admin:catalog_title_changelist")
        response = editor.post(url, act | {"action": "publish_selected"}, follow=True)
        assert messages(response) == ["Bad: The series has no episode.", "1 published."]
        assert len(get("/v1/titles")["results"]) == 1
        history = editor.get(reverse("admin:catalog_title_history", args=[good.pk]))
        assert "Published." in history.content.decode()

        response = editor.post(url, act | {"action": "roll_back_selected"}, follow=True)
        assert any("no snapshot before" in one for one in messages(response))
        response = editor.post(url, act | {"action": "unpublish_selected"}, follow=True)
        assert get("/v1/titles")["results"] == []

    def test_needs_a_permission_of_its_own(self, client, publish):
        title = publish(catalog.title())
        staff = User.objects.create_user("staff@example.com", PASSWORD, is_staff=True)
        models = ("title", "titletranslation", "maturityrating", "artwork", "credit")
        for name in (*models, "externalid", "availabilitywindow"):
            for action in ("view", "change", "add"):
                staff.user_permissions.add(permission(f"{action}_{name}"))
        client.force_login(staff)
        content = client.get(page(title)).content.decode()
        assert "Save and publish" not in content
        assert submit(client, page(title), "_publish").status_code == 403
        versions = reverse("admin:catalog_title_versions", args=[title.pk])
        assert client.get(versions).status_code == 200
        assert client.post(versions, {"number": "1"}).status_code == 403
        assert title.snapshots.count() == 1

    def test_versions_are_for_those_who_may_see_the_title(self, client):
        staff = User.objects.create_user("staff@example.com", PASSWORD, is_staff=True)
        client.force_login(staff)
        title = catalog.title()
        versions = reverse("admin:catalog_title_versions", args=[title.pk])
        assert client.get(versions).status_code == 403

    def test_versions_show_what_changed(self, editor, publish):
        title = publish(catalog.title("First"))
        title.translations.update(name="Second")
        publish(title)
        versions = reverse("admin:catalog_title_versions", args=[title.pk])
        content = editor.get(versions).content.decode()
        assert "/texts/en/name" in content
        assert '<del dir="auto">First</del>' in content
        assert '<ins dir="auto">Second</ins>' in content

    @pytest.mark.parametrize("number", ["", "x", "9"])
    def test_a_version_that_is_not_there(self, editor, publish, number):
        title = publish(catalog.title())
        versions = reverse("admin:catalog_title_versions", args=[title.pk])
        assert editor.post(versions, {"number": number}).status_code == 404


def permission(codename):
    from django.contrib.auth.models import Permission  # noqa: PLC0415

    return Permission.objects.get(codename=codename, content_type__app_label="catalog")


class TestEditing:
    def test_two_editors_do_not_overwrite_each_other(self, editor):
        title = catalog.title("Name")
        first, second = filled(editor, page(title)), filled(editor, page(title))
        editor.post(page(title), first | {"year": "1990", "_save": "1"})
        response = editor.post(page(title), second | {"year": "1991", "_save": "1"})
        assert "has saved this title since you opened it" in response.content.decode()
        assert Title.objects.get().year == 1990

    def test_a_new_title_is_a_draft(self, editor):
        url = reverse("admin:catalog_title_add")
        response = submit(
            editor,
            url,
            original_name="New",
            slug="new",
            **{"translations-0-language": "en", "translations-0-name": "New"},
        )
        assert response.status_code == 200
        title = Title.objects.get()
        assert (title.status, title.translations.get().name) == ("draft", "New")

    def test_a_moment_to_publish_makes_it_scheduled(self, editor):
        title = catalog.title()
        moment = {"publish_at_0": "2030-01-01", "publish_at_1": "08:00:00"}
        submit(editor, page(title), **moment)
        title.refresh_from_db()
        assert title.status == "scheduled"
        assert title.publish_at.year == 2030
        submit(editor, page(title), publish_at_0="", publish_at_1="")
        title.refresh_from_db()
        assert title.status == "draft"

    def test_episodes_are_named_on_the_page_of_their_season(self, editor):
        season = catalog.series(seasons=(2,)).seasons.get()
        url = reverse("admin:catalog_season_change", args=[season.pk])
        changes = {"episodes-0-name": "Pilot", "episodes-0-runtime_s": "60"}
        submit(editor, url, **changes)
        episode = Episode.objects.get(season=season, number=1)
        assert episode.translations.get(language="en").name == "Pilot"
        assert episode.runtime_s == 60

    def test_a_new_episode_gets_its_name_too(self, editor):
        season = catalog.series(seasons=(1,)).seasons.get()
        url = reverse("admin:catalog_season_change", args=[season.pk])
        submit(
            editor, url, **{"episodes-1-number": "2", "episodes-1-name": "The Second"}
        )
        names = Episode.objects.get(number=2).translations
        assert names.get(language="en").name == "The Second"

    def test_episodes_change_places_with_as_many_queries_for_many(self, editor):
        counts = []
        for size in (2, 9):
            season = catalog.series(seasons=(size,)).seasons.get()
            before = list(season.episodes.order_by("number"))
            url = reverse("admin:catalog_season_change", args=[season.pk])
            data = filled(editor, url)
            for place in range(size):
                data[f"episodes-{place}-number"] = (place + 1) % size + 1
            with CaptureQueriesContext(connection) as captured:
                assert editor.post(url, data).status_code == 302
            counts.append(len(captured))
            assert list(season.episodes.order_by("number")) == [
                before[-1],
                *before[:-1],
            ]
        assert counts[0] == counts[1]

    def test_a_number_is_there_once_and_a_row_is_its_own(self, editor):
        season, other = (catalog.series(seasons=(2,)).seasons.get() for _ in range(2))
        url = reverse("admin:catalog_season_change", args=[season.pk])
        before = list(season.episodes.order_by("pk").values())
        data = filled(editor, url)
        answer = editor.post(url, data | {"episodes-0-number": 2})
        assert "duplicate" in answer.content.decode()
        stranger = other.episodes.first().pk
        editor.post(url, data | {"episodes-0-id": stranger, "episodes-0-number": 9})
        assert list(season.episodes.order_by("pk").values()) == before
        assert not other.episodes.filter(number=9).exists()

    def test_episodes_that_someone_moved_meanwhile_are_not_moved_back(self, editor):
        season = catalog.series(seasons=(2,)).seasons.get()
        url = reverse("admin:catalog_season_change", args=[season.pk])
        data = filled(editor, url)
        season.episodes.filter(number=2).update(number=3)
        answer = editor.post(url, data | {"episodes-0-number": 7})
        assert "Someone else has saved this" in answer.content.decode()
        assert {one.number for one in season.episodes.all()} == {1, 3}

    def test_a_page_of_episodes_renders_as_many_templates_for_many(self, editor):
        counts = []
        for size in (2, 9):
            season = catalog.series(seasons=(size,)).seasons.get()
            url = reverse("admin:catalog_season_change", args=[season.pk])
            counts.append(len(editor.get(url).templates))
        assert counts[0] == counts[1]

    def test_what_is_wrong_with_an_episode_stands_beside_its_field(self, editor):
        season = catalog.series(seasons=(2,)).seasons.get()
        url = reverse("admin:catalog_season_change", args=[season.pk])
        wrong = {"episodes-1-number": "-1", "episodes-1-name": '"<b>'}
        page = editor.post(url, filled(editor, url) | wrong).content.decode()
        assert '<td class="field-number"><ul class="errorlist"' in page
        assert 'value="&quot;&lt;b&gt;"' in page
        assert '<tr class="form-row empty-form" id="episodes-empty">' in page

    def test_who_may_only_look_sees_episodes_and_no_inputs(self, client):
        staff = User.objects.create_user("staff@example.com", PASSWORD, is_staff=True)
        for name in ("season", "episode"):
            staff.user_permissions.add(permission(f"view_{name}"))
        client.force_login(staff)
        season = catalog.series(seasons=(2,)).seasons.get()
        url = reverse("admin:catalog_season_change", args=[season.pk])
        page = client.get(url).content.decode()
        assert "episode 2" in page
        assert "episodes-1-number" not in page

    def test_a_movie_has_no_place_for_seasons(self, editor):
        movie = editor.get(page(catalog.title())).content.decode()
        series = editor.get(page(catalog.series())).content.decode()
        assert "seasons-TOTAL_FORMS" not in movie
        assert "seasons-TOTAL_FORMS" in series


class TestArtwork:
    def upload(self, editor, title, file, **more):
        changes = {
            "artwork-TOTAL_FORMS": "1",
            "artwork-0-role": "poster",
            "artwork-0-image": file,
            "artwork-0-focal_x": "0.5",
            "artwork-0-focal_y": "0.5",
            "artwork-0-position": "0",
        }
        return submit(editor, page(title), **changes | more)

    def test_is_stored_under_a_name_by_its_content(self, editor, get):
        first, second = catalog.title(), catalog.title()
        self.upload(editor, first, picture(name="a.png"))
        self.upload(editor, second, picture(name="b.png"))
        one, other = Artwork.objects.order_by("pk")
        assert one.image.name == other.image.name
        assert re.fullmatch(r"artwork/../[0-9a-f]{32}\.png", one.image.name)
        assert (one.width, one.height) == (600, 900)
        assert one.placeholder == "#204060"

    def test_reaches_devices_with_its_size(self, editor, get):
        title = catalog.title()
        self.upload(editor, title, picture(), **{"artwork-0-alt": "A harbour"})
        submit(editor, page(title), "_publish")
        (image,) = get(f"/v1/titles/{title.public_id}")["images"]
        assert image["role"] == "poster"
        assert image["url"].startswith("/media/artwork/")
        assert (image["aspect"], image["alt"]) == ("2:3", "A harbour")
        assert image["placeholder"] == "#204060"
        (card,) = get("/v1/titles")["results"]
        assert card["images"] == [image]

    @pytest.mark.parametrize(
        ("name", "raw", "reason"),
        [
            ("a.jpg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "valid image"),
            ("a.png", b"GIF89a" + b"\0" * 100, "valid image"),
            ("a.jpg", b"", "empty"),
        ],
    )
    def test_what_is_no_picture_is_refused(self, editor, name, raw, reason):
        response = self.upload(editor, catalog.title(), SimpleUploadedFile(name, raw))
        assert reason in response.content.decode()
        assert not Artwork.objects.exists()


class TestLists:
    def test_show_thumbnails_status_and_languages(self, editor, publish):
        title = publish(catalog.title("Shown"))
        title.artwork.create(role="poster", image="artwork/a.jpg", width=2, height=3)
        title.save()
        url = reverse("admin:catalog_title_changelist")
        content = editor.get(url).content.decode()
        assert 'src="/media/artwork/a.jpg"' in content
        assert "published, edited since" in content
        assert '<span class="catalog-tag is-missing">de</span>' in content

    def test_search_and_filters_find_titles(self, editor, publish):
        found = publish(catalog.title("Needle", genres=("drama",)))
        catalog.title("Hay")
        url = reverse("admin:catalog_title_changelist")
        for query in (
            {"q": "Needle"},
            {"q": found.public_id},
            {"status": "published"},
            {"genre": "drama"},
        ):
            result = editor.get(url, query).context["cl"].result_list
            assert [title.pk for title in result] == [found.pk], query

    def test_filters_know_what_waits_and_what_is_missing(self, editor, publish):
        done, edited = catalog.title("Done"), catalog.title("Edited")
        publish(done, edited)
        done.translations.create(language="de", name="Fertig")
        edited.refresh_from_db()
        edited.save()
        Title.objects.filter(pk=done.pk).update(updated_at=done.published_at)
        url = reverse("admin:catalog_title_changelist")

        def found(**query):
            return [one.pk for one in editor.get(url, query).context["cl"].result_list]

        assert found(edits="waiting") == [edited.pk]
        assert found(missing="de") == [edited.pk]
        assert found(missing="en") == []

    def test_the_number_of_queries_does_not_grow_with_the_list(self, editor):
        def queries(count):
            for _ in range(count):
                title = catalog.title(genres=("drama",))
                title.artwork.create(role="poster", image="a.jpg", width=2, height=3)
            with CaptureQueriesContext(connection) as captured:
                editor.get(reverse("admin:catalog_title_changelist"))
            return len(captured)

        queries(1)
        assert queries(2) == queries(20)

    @pytest.mark.parametrize("model", ["genre", "person", "season", "episode"])
    def test_the_other_lists_and_pages_open(self, editor, model):
        title = catalog.series(seasons=(1,), genres=("drama",))
        catalog.credit(title)
        listing = reverse(f"admin:catalog_{model}_changelist")
        response = editor.get(listing, {"q": "e"})
        assert response.status_code == 200
        for one in editor.get(listing).context["cl"].result_list:
            url = reverse(f"admin:catalog_{model}_change", args=[one.pk])
            assert editor.get(url).status_code == 200

    def test_genres_and_people_are_published_from_their_lists(self, editor, get):
        genre = catalog.genre("drama")
        credit = catalog.credit(catalog.title())
        for name, pk in (("genre", genre.pk), ("person", credit.person_id)):
            url = reverse(f"admin:catalog_{name}_changelist")
            data = {"action": "publish", "_selected_action": [pk]}
            assert messages(editor.post(url, data, follow=True)) == ["1 published."]
        assert PublishedGenre.objects.get(language="en").name == "Drama"
        assert Person.objects.get().published.count() == 2


class TestGroups:
    def test_a_collection_is_published_and_taken_back(self, editor, api, publish):
        film = publish(catalog.title("Part One"))
        saga = catalog.collection("saga", film)
        url = reverse("admin:catalog_collection_changelist")
        assert "saga" in editor.get(url).content.decode()
        assert filled(
            editor, reverse("admin:catalog_collection_change", args=[saga.pk])
        )
        act = {"_selected_action": saga.pk}
        editor.post(url, act | {"action": "publish"})
        assert api.get("/v1/collections/saga").status_code == 200
        editor.post(url, act | {"action": "withdraw"})
        assert api.get("/v1/collections/saga").status_code == 404

    def test_a_collection_that_someone_saved_meanwhile_is_not_overwritten(self, editor):
        shelf = catalog.collection("shelf", catalog.title(), catalog.title())
        url = reverse("admin:catalog_collection_change", args=[shelf.pk])
        data = filled(editor, url)
        assert editor.post(url, data | {"slug": "theirs"}).status_code == 302
        answer = editor.post(url, data | {"slug": "mine"})
        assert "Someone else has saved this" in answer.content.decode()
        shelf.refresh_from_db()
        assert shelf.slug == "theirs"

    def test_an_attribute_takes_only_what_it_says(self, editor):
        film = catalog.title()
        definition = AttributeDefinition.objects.create(
            code="stars", name="Stars", type="number"
        )
        data = filled(editor, page(film)) | {
            "attributes-TOTAL_FORMS": "1",
            "attributes-0-definition": definition.pk,
            "attributes-0-value": "many",
        }
        refused = editor.post(page(film), data)
        assert "must be a number" in refused.content.decode()
        editor.post(page(film), data | {"attributes-0-value": "4.5"})
        assert film.attributes.get().value == 4.5

    def test_a_title_without_a_required_attribute_is_not_published(self, editor):
        film = catalog.title()
        AttributeDefinition.objects.create(
            code="stars", name="Stars", type="number", required=True
        )
        AttributeDefinition.objects.create(
            code="network", name="Network", type="text", kind="series", required=True
        )
        shown = editor.get(page(film)).content.decode()
        assert "It has no stars." in shown
        assert "It has no network." not in shown

    def test_what_values_rely_on_cannot_be_changed(self, editor):
        definition = AttributeDefinition.objects.create(
            code="stars", name="Stars", type="number"
        )
        url = reverse("admin:catalog_attributedefinition_change", args=[definition.pk])
        assert "type" not in editor.get(url).context["adminform"].form.fields
        new = editor.get(reverse("admin:catalog_attributedefinition_add"))
        assert "type" in new.context["adminform"].form.fields

    def test_a_synonym_is_kept_as_searches_compare_it(self, editor):
        url = reverse("admin:catalog_synonym_add")
        editor.post(url, {"term": "Sci-Fi!", "means": "Science  Fiction"})
        synonym = Synonym.objects.get()
        assert (synonym.term, synonym.means) == ("sci fi", "science fiction")
        refused = editor.post(url, {"term": "...", "means": "x"})
        assert "no letter" in refused.content.decode()

    @pytest.mark.parametrize("name", ["keyword", "studio"])
    def test_keywords_and_studios_have_their_pages(self, editor, name):
        film = catalog.title()
        made = getattr(catalog, name)(film, "space")
        for view, arguments in (("changelist", []), ("change", [made.pk])):
            url = reverse(f"admin:catalog_{name}_{view}", args=arguments)
            assert editor.get(url).status_code == 200

    def test_missing_translations_are_counted_and_named(self, editor, client):
        catalog.title("Only English")
        url = reverse("admin:catalog_title_translations")
        shown = editor.get(url, {"language": "de"}).content.decode()
        assert "Only English" in shown
        assert editor.get(url, {"language": "xx"}).status_code == 200
        client.force_login(
            User.objects.create_user("b@example.com", PASSWORD, is_staff=True)
        )
        assert client.get(url).status_code == 403

    def test_the_command_says_the_same(self, capsys):
        catalog.title("Only English", synopsis="")
        call_command("missing_translations")
        assert "de  title       1 of 1 without text" in capsys.readouterr().out
        call_command("missing_translations", list="en")
        rows = capsys.readouterr().out.splitlines()
        assert rows[1].endswith(",synopsis")
        with pytest.raises(CommandError, match="no language tag"):
            call_command("missing_translations", list="german")


class TestRenditions:
    def _upload(self, editor, film, **size):
        data = filled(editor, page(film)) | {
            "artwork-TOTAL_FORMS": "1",
            "artwork-0-role": "poster",
            "artwork-0-image": picture(**size),
            "artwork-0-focal_x": "0.5",
            "artwork-0-focal_y": "0.5",
            "artwork-0-position": "0",
        }
        editor.post(page(film), data)
        return Artwork.objects.get(title=film)

    def test_widths_are_made_by_a_job_and_shown(self, editor, api, publish):
        film = catalog.title()
        self._upload(editor, film)
        publish(film)
        (before,) = api.get(f"/v1/titles/{film.slug}").json()["images"]
        assert (before["widths"], before["template"]) == ([], None)
        call_command("render_pictures")
        (image,) = api.get(f"/v1/titles/{film.slug}").json()["images"]
        assert image["widths"] == [160, 320]
        assert image["formats"] == ["webp", "avif"]
        assert len(image["blurhash"]) == 28
        for form in image["formats"]:
            name = image["template"].format(width=320, format=form)
            with default_storage.open(name.removeprefix("/media/")) as stored:
                made = Image.open(stored)
                assert (made.format, made.size) == (form.upper(), (320, 480))

    def test_people_and_collections_follow_without_what_is_being_edited(
        self, editor, api, publish
    ):
        film = catalog.title()
        person = catalog.credit(film, "Ada").person
        shelf = catalog.collection("shelf", film)
        name = self._upload(editor, film).image.name
        for owner in ({"person": person}, {"collection": shelf}):
            Artwork.objects.create(
                role="square", image=name, width=600, height=900, **owner
            )
        publish(film)
        shelf.translations.update(name="Not yet")
        call_command("render_pictures")
        for path in (f"/v1/people/{person.public_id}", "/v1/collections/shelf"):
            shown = api.get(path).json()
            assert shown["images"][0]["widths"] == [160, 320]
            assert shown["name"] in {"Ada", "Shelf"}

    def test_equal_files_are_rendered_once_and_a_small_one_at_its_own_width(
        self, editor
    ):
        for _ in range(2):
            self._upload(editor, catalog.title(), width=100, height=150)
        call_command("render_pictures")
        call_command("render_pictures")
        assert RenderedPicture.objects.get().widths == [100]

    def test_a_file_that_is_gone_is_noted_and_can_be_tried_again(self, editor, capsys):
        artwork = self._upload(editor, catalog.title())
        with default_storage.open(artwork.image.name) as stored:
            raw = stored.read()
        default_storage.delete(artwork.image.name)
        call_command("render_pictures")
        assert artwork.image.name in capsys.readouterr().err
        default_storage.save(artwork.image.name, ContentFile(raw))
        call_command("render_pictures", again=True)
        assert RenderedPicture.objects.get().folder

    def test_transparency_stays(self, settings):
        raw = io.BytesIO()
        Image.new("RGBA", (400, 200), (255, 0, 0, 0)).save(raw, "PNG")
        name = default_storage.save("artwork/logo.png", ContentFile(raw.getvalue()))
        row = renditions.render(name, now=timezone.now())
        with default_storage.open(f"{row.folder}/160.webp") as stored:
            assert Image.open(stored).mode == "RGBA"
