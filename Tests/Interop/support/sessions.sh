# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154
# What a collector of $work/peerage.yaml says of its sessions. To be sourced after interop.sh.

# session NAME: "established 1000 500"; error NAME: why it last ended.
session() { field "$1" 's["state"], s["ipv4Prefixes"], s["ipv6Prefixes"]'; }
error() { field "$1" 's["lastError"]'; }
field() {
    "$peerage" status --config "$work/peerage.yaml" --format json | python3 -c "
import json, sys
for s in json.load(sys.stdin)['sessions']:
    if s['neighbor'] == '$1':
        print($2)"
}
# stale [OTHER]: the views whose route to one of the prefixes is of a session that is over, but for
# OTHER.
stale() {
    "$peerage" routes lookup --config "$work/peerage.yaml" --format json 198.18.0.1 | python3 -c "
import json, sys
rows = [r for r in json.load(sys.stdin) if r['view'] != '${1:-}']
print(' '.join(sorted(r['view'] for r in rows if r['stale'])) or f'none of {len(rows)}')"
}
session_is() { [[ $(session "$1") == "$2" ]]; }
error_has() { [[ $(error "$1") == *"$2"* ]]; }
state_is_not() { [[ $(session "$1" | cut -d ' ' -f 1) != "$2" ]]; }

# expect_session WHAT NAME EXPECTED: within 40 seconds.
expect_session() {
    await 40 session_is "$2" "$3" || true
    expect "$2: $1" "$3" "$(session "$2")"
}
