# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034
# What the storage soaks share: the writer, a working folder, a small disk. To be sourced.
#
# SOAKWRITER is the writer, of the build folder when nothing else is named. Results go to standard
# output and, for Deploy/test, to the file that PEERAGE_TEST_RESULTS names.

soak=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
check_name=$(basename "$0")
work=$(mktemp -d)
disk="$work/disk"
loop=
writer=
failures=0

result() {
    printf '%s %s: %s\n' "$1" "$check_name" "$2"
    if [[ -n ${PEERAGE_TEST_RESULTS:-} ]]; then
        printf '%s %s: %s\n' "$1" "$check_name" "$2" >>"$PEERAGE_TEST_RESULTS"
    fi
}
passed() { result passed "$1"; }
failed() {
    result failed "$1"
    failures=$((failures + 1))
}

# Ends the whole check: it cannot be done here.
skip() {
    result skipped "$1"
    exit 0
}

cleanup() {
    local status=$?
    if [[ -n $writer ]]; then
        kill -9 "$writer" 2>/dev/null || true
        wait "$writer" 2>/dev/null || true
    fi
    if [[ -n $loop ]]; then
        umount "$disk" 2>/dev/null || true
        losetup -d "$loop" 2>/dev/null || true
    fi
    rm -rf "$work"
    if [[ $status -eq 0 && $failures -gt 0 ]]; then status=1; fi
    exit "$status"
}
trap cleanup EXIT

soakwriter=${SOAKWRITER:-$(cd "$soak/../.." && swift build --show-bin-path)/soakwriter}
[[ -x $soakwriter ]] || {
    printf 'SOAKWRITER names no program: build the target soakwriter\n' >&2
    exit 2
}

# Why there can be no disk of our own; nothing when there can.
disk_missing() {
    if [[ $(id -u) -ne 0 ]]; then
        printf 'needs root for a loop device\n'
    elif ! command -v mkfs.ext4 >/dev/null; then
        printf 'needs mkfs.ext4\n'
    elif ! losetup -f >/dev/null 2>&1; then
        printf 'needs a free loop device\n'
    fi
}

# make_disk MEGABYTES: an ext4 of that size, mounted on $disk.
make_disk() {
    truncate -s "$1M" "$work/image"
    mkfs.ext4 -q -F "$work/image"
    loop=$(losetup -f --show "$work/image")
    mkdir "$disk"
    mount "$loop" "$disk"
}

# The last batch that was acknowledged; 0 for none.
last_acknowledged() { tail -n 1 "$work/acknowledged" 2>/dev/null | grep . || printf '0\n'; }
