"""Who asks, as PostgreSQL has them at this moment: one statement, or part of another.

Pressing play is the most frequent command there is, so what it has to know of a household
is read at once, with nothing remembered: what was revoked a moment ago is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import orjson
from django.db import connection

from accounts.models import Device
from accounts.tokens import Viewer

SQL: Final = """
SELECT account.id AS account_pk, profile.id AS profile_pk, jsonb_build_object(
  'account_pk', account.id,
  'is_suspended', account.suspended_at IS NOT NULL OR NOT owner.is_active,
  'device_pk', device.id,
  'device_name', device.name,
  'is_device_revoked', device.revoked_at IS NOT NULL,
  'profile', CASE WHEN profile.id IS NOT NULL THEN jsonb_build_object(
    'id', profile.id, 'name', profile.name,
    'is_kids', profile.is_kids, 'maturity', profile.maturity,
    'watch_from', profile.watch_from, 'watch_until', profile.watch_until,
    'time_zone', profile.time_zone) END,
  'owned', ARRAY(
    SELECT jsonb_build_object(
      'columns', to_jsonb(entitlement),
      'products', ARRAY(
        SELECT jsonb_build_object('columns', to_jsonb(part), 'packages', ARRAY(
          SELECT package.code FROM accounts_package package
          JOIN accounts_product_packages held ON held.package_id = package.id
          WHERE held.product_id = part.id))
        FROM accounts_product part
        WHERE part.id = entitlement.product_id OR part.id IN (
          SELECT to_product_id FROM accounts_product_includes
          WHERE from_product_id = entitlement.product_id)
        ORDER BY part.id <> entitlement.product_id))
    FROM accounts_entitlement entitlement
    WHERE entitlement.account_id = account.id
    ORDER BY entitlement.id)
) AS facts
FROM accounts_device device
JOIN accounts_account account ON account.id = device.account_id
JOIN accounts_user owner ON owner.id = account.owner_id
LEFT JOIN accounts_profile profile
  ON profile.account_id = account.id AND profile.public_id = %(profile_id)s
WHERE device.public_id = %(device_id)s AND account.public_id = %(account_id)s
"""
"""One row with ``facts``, or none when the device is not of the household any more."""


def parameters(viewer: Viewer) -> dict[str, Any]:
    """What the statement has to be given."""
    return {
        "account_id": viewer.account_id,
        "profile_id": viewer.profile_id,
        "device_id": viewer.device_id,
    }


def read(viewer: Viewer) -> Mapping[str, Any]:
    """The facts; raises ``Device.DoesNotExist``."""
    with connection.cursor() as cursor:
        cursor.execute(SQL, parameters(viewer))
        row = cursor.fetchone()
    if row is None:
        raise Device.DoesNotExist
    _account, _profile, text = row
    facts: Mapping[str, Any] = orjson.loads(text)
    return facts
