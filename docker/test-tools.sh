#!/bin/sh
# What tests need of Debian's packages, by name: `test-tools.sh headless-shell postgresql`. Installs where we may;
# elsewhere says what is missing, and what follows from it.
set -eu
missing=""
for tool in "$@"; do
    case "$tool" in
        chromium) command -v chromium >/dev/null 2>&1 || missing="$missing chromium" ;;
        headless-shell) command -v chromium-headless-shell >/dev/null 2>&1 || missing="$missing chromium-headless-shell" ;;
        postgresql) ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql" ;;
        redis | rabbitmq) command -v "$tool-server" >/dev/null 2>&1 || missing="$missing $tool-server" ;;
        iproute2) command -v ip >/dev/null 2>&1 || missing="$missing iproute2" ;;
        faketime) ls /usr/lib/*/faketime/libfaketime.so.1 >/dev/null 2>&1 || missing="$missing faketime" ;;
        systemd) command -v systemd-analyze >/dev/null 2>&1 || missing="$missing systemd" ;;
        gettext) command -v msgfmt >/dev/null 2>&1 || missing="$missing gettext" ;;
        npm) command -v npm >/dev/null 2>&1 || missing="$missing npm" ;;
        shellcheck) command -v shellcheck >/dev/null 2>&1 || missing="$missing shellcheck" ;;
        *) echo "test-tools.sh knows no $tool." >&2; exit 2 ;;
    esac
done
[ -z "$missing" ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing$missing for the tests ..."
    # Servers are not to start by themselves: the tests start their own (RUNLEVEL=1 is how a package is told).
    # shellcheck disable=SC2086 # a list of names
    apt-get update -qq && RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends $missing >/dev/null
else
    echo "Missing on this machine:$missing (apt install$missing). Tests that need it are skipped; in CI they fail."
fi
