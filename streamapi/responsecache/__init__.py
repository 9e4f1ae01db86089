"""The response cache: shared answers kept finished, purged by tag."""

from streamapi.responsecache.policy import NEVER, CachePolicy, Never

__all__ = ["NEVER", "CachePolicy", "Never"]
