"""What each role of the staff may do, asked of the admin itself."""

from io import StringIO

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from accounts import roles
from accounts.models import User
from accounts.roles import Role
from tests.factories import accounts, catalog

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_role():
    """A browser of somebody in a role."""
    call_command("sync_roles", stdout=StringIO())

    def as_role(role):
        user = accounts.make_user(is_staff=True)
        user.groups.add(Group.objects.get(name=role.value))
        client = Client()
        client.force_login(user)
        return client

    return as_role


def sees(client, name, *args):
    return client.get(reverse(f"admin:{name}", args=args)).status_code == 200


def test_the_desk_of_an_editor_has_the_catalogue_and_no_customers(as_role):
    editor = as_role(Role.EDITOR)
    title = catalog.title()
    assert sees(editor, "catalog_title_add")
    assert sees(editor, "channels_channel_add")
    assert not sees(editor, "accounts_account_changelist")
    assert not sees(editor, "accounts_user_changelist")
    page = editor.get(reverse("admin:catalog_title_change", args=[title.pk]))
    assert "Save and send to review" in page.content.decode()
    assert "Save and publish" not in page.content.decode()


def test_a_publisher_may_also_publish(as_role):
    title = catalog.title()
    page = as_role(Role.PUBLISHER).get(
        reverse("admin:catalog_title_change", args=[title.pk])
    )
    assert "Save and publish" in page.content.decode()


def test_support_sees_customers_and_changes_no_title(as_role):
    support = as_role(Role.SUPPORT)
    household = accounts.make_account()
    assert sees(support, "accounts_account_support", household.pk)
    assert sees(support, "catalog_title_changelist")
    assert not sees(support, "catalog_title_add")
    assert not sees(support, "accounts_user_changelist")
    assert not sees(support, "accounts_product_add")


def test_an_administrator_makes_nobody_a_superuser(as_role):
    administrator = as_role(Role.ADMINISTRATOR)
    root = accounts.make_staff()
    other = accounts.make_user()
    assert sees(administrator, "accounts_user_changelist")
    url = reverse("admin:accounts_user_change", args=[other.pk])
    form = administrator.get(url).context["adminform"].form
    assert "is_superuser" not in form.fields
    assert "is_staff" in form.fields
    root_url = reverse("admin:accounts_user_change", args=[root.pk])
    assert administrator.post(root_url, {"email": "x@example.org"}).status_code == 403
    gone = reverse("admin:accounts_user_delete", args=[root.pk])
    assert administrator.post(gone, {"post": "yes"}).status_code == 403
    assert User.objects.filter(pk=root.pk).exists()


@pytest.mark.parametrize("page", ["change", "delete", "password"])
def test_a_customer_is_changed_only_where_a_reason_is_asked(admin_client, page):
    customer = accounts.make_account().owner
    names = {
        "change": "admin:accounts_user_change",
        "delete": "admin:accounts_user_delete",
        "password": "admin:auth_user_password_change",
    }
    url = reverse(names[page], args=[customer.pk])
    form = {"email": "x@example.org", "post": "yes", "password1": "A-new-one-9"}
    assert admin_client.post(url, form).status_code == 403
    kept = User.objects.get(pk=customer.pk)
    assert (kept.email, kept.password) == (customer.email, customer.password)


def test_groups_of_the_operator_stay_and_ours_are_made_anew():
    own = Group.objects.create(name="Interns")
    editors = Group.objects.create(name=Role.EDITOR.value)
    call_command("sync_roles", stdout=(out := StringIO()))
    assert f"Editor: {editors.permissions.count()} permissions" in out.getvalue()
    assert editors.permissions.filter(codename="change_title").exists()
    assert not own.permissions.exists()


def test_a_permission_that_does_not_exist_is_named(monkeypatch):
    monkeypatch.setitem(roles._names, Role.EDITOR, [lambda: ["catalog.fly"]])
    with pytest.raises(LookupError, match=r"Editor: there is no catalog\.fly"):
        roles.sync()
