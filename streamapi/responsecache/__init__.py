"""The response cache: shared answers kept finished, purged by tag.

What the rest of the product calls is named here: a view states a :class:`CachePolicy`
or :data:`NEVER`, notes what it shows with :func:`tag` and how long that holds with
:func:`expires_by`; an app says with :func:`register` what its models purge, and bulk
writers call :func:`purge` by name.
"""

from streamapi.responsecache.marks import expires_by, tag
from streamapi.responsecache.policy import NEVER, CachePolicy, Never
from streamapi.responsecache.purging import purge
from streamapi.responsecache.registry import carried, register

__all__ = [
    "NEVER",
    "CachePolicy",
    "Never",
    "carried",
    "expires_by",
    "purge",
    "register",
    "tag",
]
