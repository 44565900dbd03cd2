#!/bin/sh
# The steps of the images, as root on Debian 12 or Ubuntu 24.04: `install.sh STEP KIND`, where KIND is `web` or
# `runner`.
#
#   system    what is needed of Debian's packages to run, and the user
#   builder   what is needed besides to build
#   python    the environment, with the exact versions of requirements.lock
#   finish    byte code and, for the web, static files
#
# The Dockerfiles run them; the code lies in /opt/studyhub, the environment in /opt/venv. TORCH_INDEX names an index of
# Python packages to look into besides pip's own: one with builds of PyTorch for processors alone makes the runner
# smaller by gigabytes.
set -eu
step="$1" kind="$2"
home=/opt/studyhub venv=/opt/venv

packages() {
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
    rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin /var/log/apt /var/log/dpkg.log
}

case "$kind" in web | runner) ;; *) echo "install.sh knows no kind $kind." >&2; exit 2 ;; esac
case "$step" in
    system)
        # tini is process 1: it passes signals on, and ends what sandboxes have left to it.
        packages ca-certificates python3 tini
        # For backups: its pg_dump reads servers up to its own version.
        [ "$kind" = runner ] || packages postgresql-client
        groupadd --gid 10001 studyhub
        useradd --uid 10001 --gid 10001 --home-dir /var/lib/studyhub --no-create-home --shell /usr/sbin/nologin studyhub
        # A file system in memory that is mounted over it belongs to root and has the folder's mode.
        install -d -o 10001 -g 10001 -m 1777 /var/lib/studyhub
        ;;
    builder)
        packages ca-certificates python3 python3-venv
        ;;
    python)
        cd "$home"
        # Code and texts come later or not at all, so that a change in them does not fetch the libraries anew: pip is
        # shown where they would be.
        [ -e README.md ] || : > README.md
        for package in apps studyhub; do
            install -d "$package"
            [ -e "$package/__init__.py" ] || : > "$package/__init__.py"
        done
        python3 -m venv "$venv"
        # The pip of Debian 12 can't read the metadata of some newer packages.
        "$venv/bin/pip" install --quiet --no-cache-dir --upgrade 'pip>=25.3'
        # shellcheck disable=SC2086 # an option and its value, or nothing
        "$venv/bin/pip" install --quiet --no-cache-dir --only-binary :all: --constraint requirements.lock \
            ${TORCH_INDEX:+--extra-index-url "$TORCH_INDEX"} --editable ".[$kind]"
        # What installs packages is of no use where none may be installed.
        "$venv/bin/pip" uninstall --quiet --yes pip
        ;;
    finish)
        cd "$home"
        "$venv/bin/python" -m compileall -q apps studyhub
        if [ "$kind" = web ]; then
            STUDYHUB_SECRET_KEY=of-no-use-after-this STUDYHUB_VAR=/tmp/build STUDYHUB_STATIC="$home/static" \
                "$venv/bin/python" manage.py collectstatic --no-input --verbosity 0
            rm -rf /tmp/build
        fi
        # Whatever the rights where it was built: the user reads everything, and writes nothing.
        chmod -R a+rX,go-w "$home"
        ;;
    *) echo "install.sh knows no step $step." >&2; exit 2 ;;
esac
