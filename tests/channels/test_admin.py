"""What editors do with the guide in the admin."""

import pytest
from django.urls import reverse

from accounts.models import User
from channels import versions
from channels.models import ChannelMatch, EpgSource, GuideVersion, Programme
from tests.factories.channels import (
    NOON,
    make_blackout,
    make_channel,
    make_feed,
    make_group,
    make_lineup,
    make_programme,
)

pytestmark = pytest.mark.django_db

FEED = (
    '<tv><channel id="a.example"><display-name>A</display-name></channel>'
    '<programme channel="a.example" start="20261123200000" stop="20261123210000">'
    "<title>News</title></programme></tv>"
)


@pytest.fixture
def editor(client):
    """The admin as seen by someone who may do everything."""
    client.force_login(User.objects.create_superuser("editor@example.com", "x" * 12))
    return client


def url(model, page="changelist", *arguments):
    return reverse(f"admin:channels_{model}_{page}", args=arguments)


def form_of(client, address):
    """The form of a page, as a browser would send it back untouched."""
    response = client.get(address)
    assert response.status_code == 200
    forms = [response.context["adminform"].form]
    for inline in response.context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    data = {}
    for form in forms:
        for bound in form:
            value = bound.value()
            if value is None or value is False or bound.name == "logo":
                continue
            data[bound.html_name] = value
    for name in ("languages", "territories", "locked_fields", "categories", "genres"):
        if isinstance(data.get(name), list):
            data[name] = ",".join(data[name])
    for name in ("starts_at", "ends_at"):
        moment = data.pop(name, None)
        if moment:
            data |= {f"{name}_0": f"{moment:%Y-%m-%d}", f"{name}_1": f"{moment:%H:%M}"}
    return data


def imported(tmp_path):
    (tmp_path / "feed.xml").write_text(FEED)
    source = make_feed(location=str(tmp_path / "feed.xml"))
    return versions.run_import(source, now=NOON)


class TestPages:
    def test_every_list_opens(self, editor, tmp_path):
        imported(tmp_path)
        channel = make_channel(group=make_group())
        make_lineup("north", [channel])
        make_blackout(channel)
        make_programme(channel, NOON)
        for model in (
            *("channel", "channelgroup", "lineup", "blackout", "programme"),
            *("epgsource", "channelmatch", "guideversion"),
        ):
            assert editor.get(url(model)).status_code == 200, model

    def test_a_gap_is_seen_in_the_list(self, editor):
        channel = make_channel()
        make_programme(channel, NOON, 60)
        make_programme(channel, NOON.replace(hour=14), 60)
        assert "gap of 1:00:00" in editor.get(url("programme")).content.decode()


class TestChannel:
    def test_what_an_editor_changes_is_locked(self, editor):
        channel = make_channel("Before")
        address = url("channel", "change", channel.pk)
        data = form_of(editor, address) | {"name": "After"}
        response = editor.post(address, data)
        assert response.status_code == 302, response.context["errors"]
        channel.refresh_from_db()
        assert (channel.name, channel.locked_fields) == ("After", ["name"])


class TestProgramme:
    def test_what_is_saved_belongs_to_the_editor(self, editor, tmp_path):
        imported(tmp_path)
        programme = Programme.objects.get()
        address = url("programme", "change", programme.pk)
        data = form_of(editor, address)
        data |= {"title": "By hand", "translations": "{}", "details": "{}"}
        response = editor.post(address, data)
        assert response.status_code == 302, response.context["errors"]
        programme.refresh_from_db()
        assert (programme.title, programme.source) == ("By hand", None)


class TestMatches:
    def proposed(self, channel):
        return ChannelMatch.objects.create(
            source=make_feed(content_digest="known"),
            external_id="a",
            channel=channel,
            state="proposed",
        )

    def accept(self, editor, match):
        data = {"action": "accept", "_selected_action": [match.pk]}
        return editor.post(url("channelmatch"), data, follow=True).content.decode()

    def test_a_proposal_is_accepted_and_the_feed_read_again(self, editor):
        match = self.proposed(make_channel())
        assert "1 accepted" in self.accept(editor, match)
        match.refresh_from_db()
        assert (match.state, match.method) == ("matched", "hand")
        assert EpgSource.objects.get(pk=match.source_id).content_digest == ""

    def test_a_channel_has_one_feed(self, editor):
        channel = make_channel()
        ChannelMatch.objects.create(
            source=make_feed(), external_id="b", channel=channel, state="matched"
        )
        assert "fed by another match" in self.accept(editor, self.proposed(channel))


class TestVersions:
    def test_a_version_shows_its_difference_and_refusals(self, editor, tmp_path):
        version = imported(tmp_path)
        page = editor.get(url("guideversion", "change", version.pk)).content.decode()
        assert "<td>A</td><td>1</td>" in page

    def test_it_is_rolled_back(self, editor, tmp_path):
        version = imported(tmp_path)
        data = {"action": "roll_back", "_selected_action": [version.pk]}
        for expected in ("Rolled back", "no version to roll back"):
            page = editor.post(url("guideversion"), data, follow=True)
            assert expected in page.content.decode()
        assert not Programme.objects.exists()
        assert GuideVersion.objects.get().state == "rolled_back"
