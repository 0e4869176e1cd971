# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# The Debian and Ubuntu packages that IWD is built and tested with: the one list, for quickstart and tests/run.
# The names are the same in Debian 12 and Ubuntu 24.04. To be sourced.

BUILD_PACKAGES=(
    g++ cmake ninja-build pkgconf # the tools
    ccache mold # faster building; the build does without when they are away
    qt6-base-dev qt6-websockets-dev libqt6sql6-sqlite # Qt, and its driver for SQLite
    libpq-dev # PostgreSQL's client
    qcoro-qt6-dev # coroutines over Qt
    libhiredis-dev # Redis's messages
    libboost-dev # Beast's HTTP parser, headers only
    libsqlite3-dev # the same library that Qt's driver uses, for functions and limits of searches
    prometheus-cpp-dev libyaml-cpp-dev libsodium-dev zlib1g-dev
    libzxcvbn-dev # how easily a password is guessed
    libcjose-dev # signatures of identity providers
)
GUI_PACKAGES=(
    qt6-svg-dev # icons that are sharp at any size
    qtkeychain-qt6-dev # sessions are kept in the system's keyring
)
TEST_PACKAGES=(
    postgresql pgbouncer openssl # private database servers, a pooler, and certificates
    libvalijson-dev # checks answers against the API document
    glewlwyd # a real OpenID provider, likewise; its package also starts a service, which nothing here uses
    gnome-keyring dbus libsecret-1-0 # a private keyring on a private bus, likewise
    redis-server # a real peer for the cache, started by the tests themselves on ports of their own
    python3 # the converter of the demo's data
    clang-14 libclang-rt-14-dev # libFuzzer
)

# missing_packages NAME…: those that are not installed, one a line.
missing_packages() {
    local name
    for name in "$@"; do
        if [ "$(dpkg-query -W -f='${db:Status-Status}' "$name" 2>/dev/null)" != installed ]; then
            printf '%s\n' "$name"
        fi
    done
}

# install_packages LOG NAME…: installs what is missing, and says what. Needs root or sudo only when something is.
install_packages() {
    local log=$1
    shift
    if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
        printf '  Packages   this is neither Debian nor Ubuntu; needed are: %s\n' "$*"
        return 0
    fi
    local missing
    mapfile -t missing < <(missing_packages "$@")
    if [ ${#missing[@]} -eq 0 ]; then
        printf '  Packages   all %d are installed\n' $#
        return 0
    fi
    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        if ! command -v sudo >/dev/null; then
            printf '  Packages   missing: %s\n' "${missing[*]}"
            printf '             Neither root nor sudo: as root, run\n             apt-get install %s\n' "${missing[*]}"
            return 1
        fi
        as_root=(sudo)
    fi
    printf '  Packages   installing %s\n' "${missing[*]}"
    if ! { "${as_root[@]}" apt-get update && "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
        tail -n 20 "$log"
        printf '  Packages   apt-get failed; all it said is in %s\n' "$log"
        return 1
    fi
    printf '  Packages   installed %d\n' ${#missing[@]}
}
