#!/bin/sh
# The browser tests need Chromium. Installs Debian's where we may; elsewhere the tests skip and say so (in CI they fail).
set -eu
command -v chromium >/dev/null 2>&1 && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing Chromium for the browser tests ..."
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null
else
    echo "No chromium on this machine: the browser tests will be skipped (apt install chromium)."
fi
