# SPDX-License-Identifier: Apache-2.0
"""How long flushes take, by the collector's own histogram or summary of them."""

import re

_BUCKET = re.compile(r'^(peerage_flush_seconds)_bucket\{(?:.*,)?le="([^"]+)".*\}$')
_QUANTILE = re.compile(r'^(peerage_flush_seconds)\{(?:.*,)?quantile="([^"]+)".*\}$')


def percentiles(metrics, wanted=(0.5, 0.99)):
    """{percentile: seconds} from /metrics; a bucket's upper bound where it is a histogram."""
    buckets, quantiles = {}, {}
    for name, value in metrics.items():
        if found := _BUCKET.match(name):
            bound = float(found[2].replace("+Inf", "inf"))
            buckets[bound] = buckets.get(bound, 0) + value
        elif found := _QUANTILE.match(name):
            quantiles[float(found[2])] = value
    if quantiles:
        return {p: quantiles.get(p) for p in wanted}
    if not buckets:
        return {}
    total = max(buckets.values())
    return {p: min((b for b, n in buckets.items() if n >= p * total), default=None) for p in wanted}
