# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034
# What the scripts of this folder share: packages, the compiler, messages. To be sourced.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
readonly root
export PYTHONDONTWRITEBYTECODE=1 # leaves no folders behind in the tree

# What the build needs of the system, and what else the tests and the recording use.
readonly build_packages="pkg-config libpcap-dev libsqlite3-dev zlib1g-dev libbz2-dev liblzma-dev libzstd-dev"
readonly test_packages="bgpdump bird2 exabgp frr gobgpd openbgpd softflowd pmacct tcpdump iproute2 ethtool iptables procps python3"
readonly soak_packages="bird2 frr e2fsprogs mount gcc libc6-dev python3"
readonly bench_packages="valgrind"

say() { printf '==> %s\n' "$*" >&2; }
fail() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}

# Stops at once, before anything is installed or built, where there is no compiler of our age.
require_swift() {
    local version
    if ! command -v swift >/dev/null; then
        fail "Peerage needs Swift 6.3 or newer and there is no 'swift' in PATH." \
            "Get it from https://www.swift.org/install/linux/ and run this again."
    fi
    version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' | head -n 1)
    if [[ $(printf '%s\n6.3\n' "$version" | sort -V | head -n 1) != 6.3 ]]; then
        fail "Peerage needs Swift 6.3 or newer; 'swift' in PATH is ${version:-of no known version}." \
            "Get it from https://www.swift.org/install/linux/ and run this again."
    fi
}

as_root() {
    if [[ $EUID -eq 0 ]]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        return 126
    fi
}

is_installed() { [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) == installed ]]; }

# install_packages NAME...: those that are missing; needs no network and no root when none is.
install_packages() {
    local name missing=()
    command -v dpkg-query >/dev/null || fail "this is not Debian or Ubuntu: install yourself what stands for $*"
    for name in "$@"; do
        is_installed "$name" || missing+=("$name")
    done
    [[ ${#missing[@]} -eq 0 ]] && return 0
    say "installing ${missing[*]}"
    if ! as_root env DEBIAN_FRONTEND=noninteractive sh -c \
        'apt-get update -qq && apt-get install -y -qq --no-install-recommends "$@" >/dev/null' - \
        "${missing[@]}"; then
        fail "could not install ${missing[*]}: run as root (or with sudo) and with a network," \
            "or install them yourself: apt-get install ${missing[*]}"
    fi
}

# Whether network namespaces can be made here; says why where not.
namespaces_missing() {
    local name="peerage-try-$$"
    if [[ $EUID -ne 0 ]]; then
        echo "network namespaces need root"
    elif ! ip netns add "$name" 2>/dev/null; then
        echo "network namespaces cannot be made here"
    else
        ip netns del "$name"
        return 1
    fi
}
