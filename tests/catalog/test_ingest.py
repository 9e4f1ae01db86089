"""A program sends a document of many records and learns what became of each."""

import json
import threading
from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from rest_framework.test import APIClient

from accounts import staff_tokens
from accounts.models import StaffToken
from catalog import ingest, publishing
from catalog.models import IngestDocument, IngestResult, PublishedTitle, Title
from tests.catalog.test_import import record
from tests.factories import accounts
from tests.factories import catalog as factory

pytestmark = pytest.mark.django_db
EDITOR = ("add_title", "change_title")


@pytest.fixture
def editor():
    """Someone who may edit, and no more."""
    return with_rights(*EDITOR)


@pytest.fixture
def client(editor):
    """A program that works for the editor."""
    return holding(editor)


@pytest.fixture
def send(client, django_capture_on_commit_callbacks):
    """Send a document and let the worker do it; hands back the last status."""

    def send(*items, by=client, key="k1", **more):
        body = {"key": key, "items": list(items)} | more
        with django_capture_on_commit_callbacks(execute=True):
            raw = json.dumps(body)  # escapes what UTF-8 cannot say
            answer = by.post("/v1/ingest", raw, content_type="application/json")
        assert answer.status_code == 202, answer.content
        work()
        return by.get(answer["Location"]).json()

    return send


def sent(*items):
    """An order as a program sends it."""
    return ingest.of_records("k1", items, publish=False, dry_run=False)


def with_rights(*names):
    user = accounts.make_user(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    return user


def holding(user, **more):
    _, text = staff_tokens.issue(
        user, **{"name": "nightly", "days": 1, "now": timezone.now()} | more
    )
    return APIClient(headers={"Authorization": f"Bearer {text}"})


def work():
    """What the worker does with what is queued."""
    for queued in DBTaskResult.objects.ready():
        queued.task.call(*queued.args_kwargs["args"])
        queued.delete()


def items(client, status, **query):
    answer = client.get(f"/v1/ingest/{status['id']}/items", query)
    assert answer.status_code == 200, answer.content
    return answer.json()


class TestADocument:
    def test_is_queued_first(self, client):
        body = {"key": "k1", "items": [record()]}
        answer = client.post("/v1/ingest", body, format="json")
        assert answer.status_code == 202
        status = answer.json()
        assert answer["Location"] == f"/v1/ingest/{status['id']}"
        assert answer["Cache-Control"] == "private, no-store"
        assert (status["state"], status["total"], status["done"]) == ("queued", 1, 0)
        assert not Title.objects.exists()

    def test_reports_each_record(self, client, send):
        status = send(record(1), {"year": 1999}, record(2), "no record", record(1))
        assert status["state"] == "done"
        assert status["done"] == status["total"] == 5
        assert status["counts"] == {
            "created": 2,
            "updated": 0,
            "unchanged": 0,
            "rejected": 3,
            "published": 0,
            "refused": 0,
        }
        found = items(client, status)["results"]
        assert [one["outcome"] for one in found] == [
            "created",
            "rejected",
            "created",
            "rejected",
            "rejected",
        ]
        assert [one["errors"] and one["errors"][0]["code"] for one in found] == [
            [],
            "required",
            [],
            "wrong_type",
            "duplicate_id",
        ]
        titles = set(Title.objects.values_list("public_id", flat=True))
        assert {one["title_id"] for one in found} == titles | {None}

    def test_can_be_asked_for_what_was_rejected_page_by_page(self, client, send):
        status = send(record(1), *[{"year": number} for number in range(3)])
        first = items(client, status, outcome="rejected", limit=2)
        assert [one["position"] for one in first["results"]] == [2, 3]
        rest = items(client, status, outcome="rejected", limit=2, cursor=first["next"])
        assert [one["position"] for one in rest["results"]] == [4]
        assert rest["next"] is None

    def test_shows_nothing_to_devices_unless_asked(self, send):
        send(record(1))
        assert not PublishedTitle.objects.exists()

    def test_is_published_record_by_record(self, client, send):
        publisher = holding(with_rights(*EDITOR, "publish_title"))
        factory.title("Taken", slug="taken")
        shown = factory.title("Shown", slug="shown-before")
        publishing.publish(shown, by=None, now=timezone.now())
        Title.objects.filter(pk=shown.pk).update(slug="renamed-since")
        status = send(
            record(1),
            record(2, slug="shown-before"),
            by=publisher,
            publish=True,
        )
        assert status["counts"]["published"] == 1
        assert status["counts"]["refused"] == 1
        good, bad = items(publisher, status)["results"]
        assert (good["published"], bad["published"]) == (True, False)
        assert bad["outcome"] == "created"
        assert bad["errors"][0]["pointer"]
        assert PublishedTitle.objects.filter(public_id=good["title_id"]).exists()

    def test_leaves_what_is_unchanged_as_devices_know_it(self, send):
        publisher = holding(with_rights(*EDITOR, "publish_title"))
        send(record(1), by=publisher, key="first")
        status = send(record(1), by=publisher, key="second", publish=True)
        assert status["counts"]["unchanged"] == 1
        assert status["counts"]["published"] == 0

    def test_can_be_tried_first(self, client, send):
        status = send(record(1), {"year": 1999}, dry_run=True)
        assert status["counts"]["created"] == status["counts"]["rejected"] == 1
        assert items(client, status)["results"][0]["title_id"] is None
        assert not Title.objects.exists()

    def test_may_hold_what_no_database_keeps(self, client, send):
        bad = record(1, original_name="a\ud800b"), record(2, **{"a\x00b\ud800": 1})
        status = send(*bad, record(3, original_name="a\x00b"))
        assert status["counts"]["rejected"] == 3
        codes = [one["errors"][0]["code"] for one in items(client, status)["results"]]
        assert codes == ["invalid_character", "unknown_field", "invalid_character"]

    def test_is_done_in_several_batches(self, monkeypatch, send):
        monkeypatch.setattr(ingest, "BATCH", 2)
        assert send(*map(record, range(5)))["counts"]["created"] == 5


class TestTheSameKey:
    def test_with_the_same_content_is_the_same_document(self, client, send):
        first = send(record(1))
        assert send(record(1)) == first
        assert IngestDocument.objects.count() == 1

    def test_with_other_content_is_refused(self, client, send):
        send(record(1))
        for other in ({"items": [record(2)]}, {"items": [record(1)], "dry_run": True}):
            answer = client.post("/v1/ingest", {"key": "k1"} | other, format="json")
            assert answer.status_code == 422
            assert answer.json()["code"] == "key_reused"

    def test_of_another_member_of_staff_is_another_document(self, send):
        other = holding(with_rights(*EDITOR))
        assert send(record(1))["id"] != send(record(1), by=other)["id"]

    def test_sent_twice_at_once_is_one_document(self, transactional_db):
        user = accounts.make_staff()
        order = sent(record(1))
        queued, ids = [], []

        def submit():
            document = ingest.submit(
                order, by=user, now=timezone.now(), enqueue=queued.append
            )
            ids.append(document.public_id)
            connection.close()

        threads = [threading.Thread(target=submit) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(ids) == 8
        assert len(set(ids)) == len(queued) == 1


class TestInterrupted:
    def test_goes_on_behind_the_last_whole_batch(self, editor, monkeypatch):
        monkeypatch.setattr(ingest, "BATCH", 2)
        document = ingest.submit(
            sent(*[record(number) for number in range(5)]),
            by=editor,
            now=timezone.now(),
            enqueue=print,
        )
        done = ingest._take

        def stop_at_the_second(document, intake, batch, now):
            if batch[0].position > 2:
                raise KeyboardInterrupt
            done(document, intake, batch, now)

        with monkeypatch.context() as patched:
            patched.setattr(ingest, "_take", stop_at_the_second)
            with pytest.raises(KeyboardInterrupt):
                ingest.run(document.pk, clock=timezone.now)
        assert Title.objects.count() == 2
        ingest.run(document.pk, clock=timezone.now)
        assert Title.objects.count() == 5
        outcomes = IngestResult.objects.values_list("outcome", flat=True)
        assert list(outcomes) == ["created"] * 5

    def test_says_that_it_failed(self, editor, monkeypatch):
        document = ingest.submit(
            sent(record(1)),
            by=editor,
            now=timezone.now(),
            enqueue=print,
        )

        def fail(*_):
            raise RuntimeError("the disk is full")

        monkeypatch.setattr(ingest, "_take", fail)
        with pytest.raises(RuntimeError):
            ingest.run(document.pk, clock=timezone.now)
        document.refresh_from_db()
        assert document.state == "failed"
        ingest.run(document.pk, clock=timezone.now)
        assert not Title.objects.exists()


class TestRefusals:
    @pytest.mark.parametrize(
        ("body", "status"),
        [
            ({}, 400),
            ({"key": "", "items": [{}]}, 400),
            ({"key": "k" * 201, "items": [{}]}, 400),
            ({"key": "k", "items": []}, 400),
            ({"key": "k", "items": {}}, 400),
            ({"key": "k", "items": [{}] * (ingest.MAX_ITEMS + 1)}, 400),
            ({"key": "k", "items": ["x" * 4_200_000]}, 413),
        ],
    )
    def test_of_what_is_no_document(self, client, body, status):
        answer = client.post("/v1/ingest", body, format="json")
        assert answer.status_code == status, answer.content
        assert not IngestDocument.objects.exists()

    def test_of_publishing_by_who_may_not(self, client):
        body = {"key": "k", "items": [record()], "publish": True}
        answer = client.post("/v1/ingest", body, format="json")
        assert (answer.status_code, answer.json()["code"]) == (403, "may_not_publish")

    def test_of_too_many_at_once(self, client, monkeypatch):
        monkeypatch.setattr(ingest, "MAX_OPEN", 1)
        for key, status in (("a", 202), ("b", 429), ("a", 202)):
            body = {"key": key, "items": [record()]}
            answer = client.post("/v1/ingest", body, format="json")
            assert answer.status_code == status

    def test_of_an_outcome_that_does_not_exist(self, client, send):
        status = send(record())
        answer = client.get(f"/v1/ingest/{status['id']}/items?outcome=perhaps")
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["pointer"] == "?outcome"

    def test_of_what_others_sent(self, send):
        status = send(record())
        stranger = holding(with_rights(*EDITOR))
        for path in (f"/v1/ingest/{status['id']}", f"/v1/ingest/{status['id']}/items"):
            assert stranger.get(path).status_code == 404


class TestStaffTokens:
    def test_open_nothing_to_who_may_not_edit(self):
        client = holding(with_rights("change_title"))
        assert client.get("/v1/ingest/in_x").status_code == 403

    @pytest.mark.parametrize(
        "header", ["", "Bearer stf_made-up", "Bearer eyJhbGciOi", "Basic stf_x"]
    )
    def test_are_needed(self, header):
        client = APIClient(headers={"Authorization": header} if header else {})
        answer = client.post("/v1/ingest", {}, format="json")
        assert answer.status_code == 401
        assert answer["WWW-Authenticate"].startswith("Bearer")
        assert answer.json()["code"] == "token_invalid"

    def test_end(self, editor):
        expired = holding(editor, now=timezone.now() - timedelta(days=2))
        assert expired.get("/v1/ingest/in_x").status_code == 401

    def test_fall_with_their_member_of_staff(self, editor, client):
        assert client.get("/v1/ingest/in_x").status_code == 404
        editor.is_staff = False
        editor.save()
        assert client.get("/v1/ingest/in_x").status_code == 401

    def test_say_when_they_were_used_last(self, client):
        token = StaffToken.objects.get()
        assert token.last_used_at is None
        client.get("/v1/ingest/in_x")
        token.refresh_from_db()
        first = token.last_used_at
        client.get("/v1/ingest/in_x")
        token.refresh_from_db()
        assert token.last_used_at == first

    def test_are_issued_once_and_revoked_by_command(self, editor):
        out, err = StringIO(), StringIO()
        options = {"name": "nightly", "stdout": out, "stderr": err}
        call_command("staff_token", editor.email.upper(), **options)
        text = out.getvalue().strip()
        token = StaffToken.objects.get()
        assert str(token) == f"nightly ({token.public_id})"
        assert text not in str(token.__dict__)
        client = APIClient(headers={"Authorization": f"Bearer {text}"})
        assert client.get("/v1/ingest/in_x").status_code == 404
        call_command("staff_token", revoke=token.public_id, stdout=StringIO())
        assert client.get("/v1/ingest/in_x").status_code == 401

    @pytest.mark.parametrize(
        ("words", "reason"),
        [
            (["nobody@example.org", "--name=x"], "There is no"),
            (["viewer@example.org", "--name=x"], "Only active staff"),
            (["staff@example.org", "--name=x", "--days=0"], "1 to 366 days"),
            (["staff@example.org"], "--name"),
            (["--revoke=st_x"], "There is no token"),
        ],
    )
    def test_are_refused_with_a_reason(self, words, reason):
        accounts.make_user(email="viewer@example.org")
        accounts.make_staff(email="staff@example.org")
        with pytest.raises(CommandError, match=reason):
            call_command("staff_token", *words)
        assert not StaffToken.objects.exists()
