"""Purges fire once for each commit, and never for what did not happen."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import transaction

from streamapi.responsecache import carried, purge, purging, register
from streamapi.responsecache.registry import (
    Registration,
    Registry,
    RegistryClosed,
    purged_by,
)
from streamapi.responsecache.tags import TagInvalid, checked

Committing = Callable[[], AbstractContextManager[list]]


@pytest.mark.django_db(transaction=True)
class TestPurge:
    def test_outside_a_transaction_is_delivered_at_once(self, purges: list) -> None:
        purge({"titles", "title:1"})
        assert purges == [{"titles", "title:1"}]

    def test_of_nothing_delivers_nothing(self, purges: list) -> None:
        purge(set())
        assert purges == []

    def test_waits_for_the_commit_and_comes_once(self, purges: list) -> None:
        with transaction.atomic():
            purge({"a"})
            with transaction.atomic():
                purge({"a", "b"})
            assert purges == []
        assert purges == [{"a", "b"}]

    def test_of_a_rolled_back_transaction_is_not_delivered(self, purges: list) -> None:
        with transaction.atomic():
            purge({"a"})
            transaction.set_rollback(True)
        assert purges == []

    def test_after_a_rollback_still_works(self, purges: list) -> None:
        with transaction.atomic():
            purge({"a"})
            transaction.set_rollback(True)
        with transaction.atomic():
            purge({"b"})
        assert len(purges) == 1
        assert "b" in purges[0]

    def test_after_a_rolled_back_savepoint_still_works(self, purges: list) -> None:
        with transaction.atomic():
            with transaction.atomic():
                purge({"a"})
                transaction.set_rollback(True)
            purge({"b"})
        assert len(purges) == 1
        assert "b" in purges[0]


class TestTags:
    @pytest.mark.parametrize("tag", ["", "a b", "a,b", "ä", "a\n", "a" * 257])
    def test_that_no_header_could_carry_are_refused(self, tag: str) -> None:
        with pytest.raises(TagInvalid):
            checked({tag})

    def test_are_a_set_and_not_one_text(self) -> None:
        with pytest.raises(TagInvalid, match="set of tags"):
            checked("titles")


@pytest.mark.django_db
@pytest.mark.usefixtures("registered_models")
class TestSignals:
    def test_a_save_purges(self, purges: list, committing: Committing) -> None:
        with committing():
            group = Group.objects.create(name="editors")
        assert purges == [{f"group:{group.pk}", "groups"}]

    def test_many_saves_of_one_commit_purge_once(
        self, purges: list, committing: Committing
    ) -> None:
        with committing():
            first = Group.objects.create(name="first")
            second = Group.objects.create(name="second")
        assert purges == [{f"group:{first.pk}", f"group:{second.pk}", "groups"}]

    def test_a_save_of_ignored_fields_purges_nothing(
        self, purges: list, committing: Committing
    ) -> None:
        group = Group.objects.create(name="editors")
        purging._pending.clear()
        with committing() as callbacks:
            group.save(update_fields=["name"])
        assert callbacks == []
        assert purges == []

    def test_a_save_of_other_fields_too_purges(
        self, purges: list, committing: Committing
    ) -> None:
        permission = Permission.objects.latest("pk")
        with committing():
            permission.save(update_fields=["codename"])
        assert purges == [{f"permission:{permission.pk}"}]

    def test_a_delete_purges(self, purges: list, committing: Committing) -> None:
        group = Group.objects.create(name="editors")
        pk = group.pk
        purging._pending.clear()
        with committing():
            group.delete()
        assert purges == [{f"group:{pk}", "groups"}]

    def test_a_loaded_fixture_purges_nothing(
        self, purges: list, committing: Committing
    ) -> None:
        with committing():
            Group(name="raw").save_base(raw=True)
        assert purges == []

    def test_an_unregistered_model_purges_nothing(
        self, purges: list, committing: Committing
    ) -> None:
        with committing():
            ContentType.objects.create(app_label="nobody", model="nothing")
        assert purges == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("registered_models")
class TestRollback:
    def test_of_a_save_and_then_another_save_purges(self, purges: list) -> None:
        with transaction.atomic():
            Group.objects.create(name="lost")
            transaction.set_rollback(True)
        assert purges == []
        group = Group.objects.create(name="kept")
        assert len(purges) == 1
        assert f"group:{group.pk}" in purges[0]


@pytest.mark.django_db
@pytest.mark.usefixtures("registered_models")
class TestRelations:
    @pytest.fixture
    def group(self) -> Group:
        return Group.objects.create(name="editors")

    @pytest.fixture
    def permission(self) -> Permission:
        return Permission.objects.latest("pk")

    @pytest.fixture
    def both(self, group: Group, permission: Permission) -> set[str]:
        return {f"group:{group.pk}", "groups", f"permission:{permission.pk}"}

    def test_adding_purges_both_ends(
        self,
        group: Group,
        permission: Permission,
        purges: list,
        committing: Committing,
        both: set[str],
    ) -> None:
        purging._pending.clear()
        with committing():
            group.permissions.add(permission)
        assert purges == [both]

    def test_removing_from_the_far_end_purges_both_ends(
        self,
        group: Group,
        permission: Permission,
        purges: list,
        committing: Committing,
        both: set[str],
    ) -> None:
        group.permissions.add(permission)
        purging._pending.clear()
        with committing():
            permission.group_set.remove(group)
        assert purges == [both]

    @pytest.mark.parametrize("from_the_far_end", [False, True])
    def test_clearing_purges_those_that_were_related(
        self,
        group: Group,
        permission: Permission,
        purges: list,
        committing: Committing,
        both: set[str],
        from_the_far_end: bool,
    ) -> None:
        group.permissions.add(permission)
        purging._pending.clear()
        with committing():
            if from_the_far_end:
                permission.group_set.clear()
            else:
                group.permissions.clear()
        assert purges == [both]


class TestRegistry:
    def test_is_closed_once_django_runs(self) -> None:
        with pytest.raises(RegistryClosed):
            register(Group)

    def test_refuses_a_model_twice(self) -> None:
        registry = Registry()
        registration = Registration(lambda _: (), lambda _: (), frozenset())
        registry.add(Group, registration)
        with pytest.raises(ValueError, match="already"):
            registry.add(Group, registration)

    def test_refuses_to_ignore_a_field_that_is_not_there(self) -> None:
        registration = Registration(lambda _: (), lambda _: (), frozenset({"nom"}))
        with pytest.raises(ValueError, match="nom"):
            Registry().add(Group, registration)

    @pytest.mark.usefixtures("registered_models")
    def test_says_what_an_object_carries(self) -> None:
        assert carried(Group(pk=7)) == {"group:7"}

    def test_of_an_unknown_model_knows_nothing(self) -> None:
        assert purged_by(Group(pk=7)) == frozenset()
        with pytest.raises(LookupError):
            carried(Group(pk=7))
