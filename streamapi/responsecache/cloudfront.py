"""Ends answers at CloudFront by their tags, with CreateInvalidation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings

from streamapi.responsecache.edgepurges import EdgeUnreachable

_PATIENT: Final = Config(
    connect_timeout=3, read_timeout=10, retries={"total_max_attempts": 1}
)
"""Whoever calls has its own way of trying again."""


class CloudFront:
    """One distribution whose CacheTagConfig names the header ``Cache-Tag``."""

    def __init__(self, client: Any, distribution: str) -> None:
        self._client = client
        self._distribution = distribution

    def invalidate(self, tags: Sequence[str], reference: str) -> None:
        """End what carries one of ``tags``; the same reference twice counts once."""
        self._create([f"#{tag}" for tag in tags], reference)

    def invalidate_all(self, reference: str) -> None:
        """End every answer of the API; pictures and video are not ours to end."""
        self._create(["/v1/*"], reference)

    def _create(self, items: list[str], reference: str) -> None:
        batch = {
            "Paths": {"Quantity": len(items), "Items": items},
            "CallerReference": reference,
        }
        try:
            self._client.create_invalidation(
                DistributionId=self._distribution, InvalidationBatch=batch
            )
        except (BotoCoreError, ClientError) as problem:
            raise EdgeUnreachable(str(problem)) from problem


def distribution() -> CloudFront:
    """The distribution that the settings name; credentials are those of the machine."""
    client = boto3.client("cloudfront", region_name="us-east-1", config=_PATIENT)
    return CloudFront(client, settings.CLOUDFRONT_DISTRIBUTION)
