# SPDX-License-Identifier: Apache-2.0
"""The gaps that a ledger admits to."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, order=True)
class Gap:
    since: float  # seconds since 1970-01-01 00:00 UTC
    to: float
    reason: str


def time_of(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def of(document):
    """Those of a `report ledger`, sorted."""
    return sorted(
        Gap(time_of(gap["from"]), time_of(gap["to"]), gap["reason"])
        for gap in document["ledger"]["gaps"]
    )


def cover(gaps, first, last):
    """Whether they cover the times `first` to `last` (ns since 1970) without a hole."""
    at, end = first / 1e9, last / 1e9
    for gap in gaps:
        if gap.since <= at:
            at = max(at, gap.to)
    return at >= end
