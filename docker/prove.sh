#!/bin/sh
# Builds the images and tries them, as root on Debian 12: `prove.sh [web] [runner] [whole]`, all three unless told.
#
#   apt install debootstrap podman runc
#   .venv/bin/python -m tests.servers postgres redis s3 -- docker/prove.sh
#
# No image is fetched: in place of debian:bookworm-slim stands a root made by debootstrap, and podman builds the
# Dockerfiles on it from what is committed. Packages of Python come by this machine's settings of pip, which stay out of
# the images. `whole` needs the servers of the second line; containers share this machine's network here. With KEEP=1 the
# images are those of the last time.
# shellcheck disable=SC2317 # functions are called by their names
set -eu
cd "$(dirname "$0")/.."
parts="${*:-web runner whole}"
work="$(mktemp -d /var/tmp/studyhub-prove.XXXXXX)"
limits="--ulimit nofile=1024:1024 --ulimit nproc=4096:4096"
# As compose.yaml and the manifests have it.
sealed="--read-only --read-only-tmpfs=false --cap-drop ALL --security-opt no-new-privileges --no-healthcheck
    --tmpfs /tmp:mode=1777,notmpcopyup --tmpfs /var/lib/studyhub:mode=1777,notmpcopyup"
sandbox="--security-opt seccomp=$PWD/docker/seccomp-runner.json --security-opt unmask=ALL"
started=""
failed=0

finish() {
    # shellcheck disable=SC2086 # a list of names
    [ -z "$started" ] || podman rm --force --time 30 $started >/dev/null 2>&1 || true
    rm -rf "$work"
}
trap finish EXIT

say() { printf '%s\n' "$*"; }
last_line() { tail -n 1 "$work/out" | sed 's/^/          /'; }
has() { case " $parts " in *" $1 "*) true ;; *) false ;; esac; }

# `check WHAT WANTED COMMAND...`: whether it ends well (WANTED is `yes`) or not (`no`), and its last line.
check() {
    what="$1" wanted="$2"
    shift 2
    if "$@" >"$work/out" 2>&1; then got=yes; else got=no; fi
    if [ "$got" = "$wanted" ]; then say "  good: $what"; else failed=1; say "  BAD:  $what"; fi
    if [ "$got$wanted" != yesyes ]; then last_line; fi
}

# shellcheck disable=SC2086 # lists of options
in_container() { podman run --rm --runtime runc $limits $sealed "$@"; }

base() {
    podman image exists localhost/studyhub-base && return
    debootstrap --variant=minbase bookworm "$work/root" >"$work/debootstrap.log"
    tar -C "$work/root" -c . | podman import --quiet - localhost/studyhub-base >/dev/null
    rm -rf "$work/root"
}

# This machine's settings of pip, for the time of building: where its packages lie, and whom it trusts.
pip_settings() {
    echo "[global]" >"$work/pip.conf"
    python3 -m pip config list | sed -n "s/^[^.]*\.\([a-z-]*\)='\(.*\)'\$/\1 = \2/p" | sort -u -t= -k1,1 |
        grep -v -e '^cert ' -e '^disable-pip' >>"$work/pip.conf" || true
    mounts="--volume $work/pip.conf:/etc/pip.conf:ro"
    certificates=/etc/ssl/certs/ca-certificates.crt
    if [ -e "$certificates" ]; then
        echo "cert = /run/pip-certificates.crt" >>"$work/pip.conf"
        mounts="$mounts --volume $certificates:/run/pip-certificates.crt:ro"
    fi
    for path in $(tr ' ' '\n' <"$work/pip.conf" | sed 's#^file://##' | grep '^/' | grep -v '^/run/'); do
        case "$path" in */simple) path="${path%/simple}" ;; esac
        [ -e "$path" ] && mounts="$mounts --volume $path:$path:ro"
    done
}

build() {
    begin="$(date +%s)"
    # shellcheck disable=SC2086 # lists of options
    podman build --format docker --runtime runc --network host $limits $mounts --quiet \
        --build-arg BASE=localhost/studyhub-base -f "$work/source/docker/$2.Dockerfile" -t "localhost/$1" \
        "$work/source" >"$work/build.log" 2>&1 || { tail -n 30 "$work/build.log"; exit 1; }
    size="$(podman image inspect --format '{{.Size}}' "localhost/$1")"
    say "$1: built in $(($(date +%s) - begin)) s, $((size / 1000000)) MB"
}

wait_for() {
    for _ in $(seq 60); do
        "$@" >/dev/null 2>&1 && return 0
        sleep 1
    done
    return 1
}

start() {
    name="$1"
    shift
    # shellcheck disable=SC2086 # lists of options
    podman run --detach --replace --name "$name" --runtime runc $limits $sealed --network host "$@" >/dev/null
    started="$started $name"
}

web() {
    say "web"
    settings="--env STUDYHUB_SECRET_KEY=proof-only-proof-only-proof-only-proof-only-proof-only
        --env STUDYHUB_HOSTS=study.example.org"
    check "the site has no PyTorch" no in_container --entrypoint python localhost/studyhub-web -c "import torch"
    # shellcheck disable=SC2086 # a list of options
    check "manage.py check" yes in_container $settings --entrypoint python localhost/studyhub-web manage.py check
    check "nothing of the image can be written" no in_container --read-only=false --entrypoint sh \
        localhost/studyhub-web -c "touch /opt/studyhub/apps/x || touch /opt/venv/x || touch /etc/x"
    # prepare and the pages in one container: here the database is a file.
    # shellcheck disable=SC2086 # a list of options
    start prove-web $settings --env STUDYHUB_BIND=127.0.0.1:18000 --entrypoint tini localhost/studyhub-web -- \
        sh -c "python -m studyhub.roles prepare && exec python -m studyhub.roles web"
    check "prepare, and the pages answer (/healthz)" yes wait_for podman exec prove-web python -m studyhub.alive web
    check "a page of a site by its name" yes podman exec prove-web python -c "
import urllib.request as r
site = {'Host': 'study.example.org', 'X-Forwarded-Proto': 'https'}
page = r.urlopen(r.Request('http://127.0.0.1:18000/', headers=site), timeout=20).read().decode()
assert 'StudyHub' in page"
    check "it ends by itself when it is told to" yes podman stop --time 20 prove-web
    check "and well" yes test "$(podman inspect --format '{{.State.ExitCode}}' prove-web)" = 0
}

canary="
import sys, logging
logging.disable()
from apps.runner.canary import canary
problem = canary()
sys.exit(problem or 0)"

runner() {
    say "runner"
    image=localhost/studyhub-runner-cpu
    check "the runner has no Django" no in_container --entrypoint python "$image" -c "import django"
    check "no exercise is in it" yes in_container --entrypoint sh "$image" -c \
        "cd /opt/studyhub && ! find . -name grading.py -o -name exercise.yaml -o -name reference | grep ."
    check "it does not start with a secret of the site" no in_container --env STUDYHUB_SECRET_KEY=x "$image" run.cpu
    check "canary, as containers usually are" no in_container --network none --entrypoint python "$image" -c "$canary"
    check "canary, with our system calls, /proc masked" no in_container --network none \
        --security-opt seccomp="$PWD/docker/seccomp-runner.json" --entrypoint python "$image" -c "$canary"
    check "canary, with usual system calls, /proc unmasked" no in_container --network none --security-opt unmask=ALL \
        --entrypoint python "$image" -c "$canary"
    for warm in 1 0; do
        # shellcheck disable=SC2086 # a list of options
        check "canary, as compose.yaml has it (STUDYHUB_WARM=$warm)" yes in_container --network none $sandbox \
            --env STUDYHUB_WARM=$warm --entrypoint python "$image" -c "$canary"
    done
}

# A hand-in, from the site's container through the broker and S3 to a runner's, and graded in a third one.
whole() {
    say "whole"
    for name in TEST_DATABASE_URL TEST_BROKER_URL TEST_S3_ENDPOINT; do
        eval "[ -n \"\${$name:-}\" ]" || { say "whole: $name is not set; see the top of this file."; failed=1; return; }
    done
    runs="--env STUDYHUB_BROKER_URL=$TEST_BROKER_URL --env STUDYHUB_RUN_STORE=s3://studyhub-runs
        --env STUDYHUB_S3_ENDPOINT=$TEST_S3_ENDPOINT --env STUDYHUB_S3_ACCESS_KEY=tests
        --env STUDYHUB_S3_SECRET_KEY=tests-only"
    site="$runs --env STUDYHUB_SECRET_KEY=proof-only-proof-only-proof-only-proof-only-proof-only
        --env STUDYHUB_HOSTS=study.example.org --env STUDYHUB_DATABASE_URL=$TEST_DATABASE_URL
        --env STUDYHUB_STORAGE_URL=s3://studyhub-site --env STUDYHUB_BIND=127.0.0.1:18000"
    # shellcheck disable=SC2086 # lists of options
    {
        check "buckets" yes in_container --network host $site --entrypoint python localhost/studyhub-web \
            -m studyhub.buckets
        check "prepare" yes in_container --network host $site localhost/studyhub-web prepare
        for role in web control beat; do start "prove-$role" $site localhost/studyhub-web "$role"; done
        start prove-runner $sandbox $runs localhost/studyhub-runner-cpu run.cpu
    }
    for role in web control beat; do
        check "$role lives" yes wait_for podman exec "prove-$role" python -m studyhub.alive "$role"
    done
    check "run.cpu lives" yes wait_for podman exec prove-runner python -m studyhub.alive run.cpu
    check "the site is ready (/readyz)" yes wait_for podman exec prove-web python -c "
import urllib.request as r
r.urlopen('http://127.0.0.1:18000/readyz', timeout=20)"
    check "a hand-in goes all the way" yes podman exec --interactive prove-web python manage.py shell --no-imports \
        --command "$(cat docker/prove_hand_in.py)"
    last_line
    for name in prove-runner prove-control prove-beat prove-web; do
        check "$name ends by itself when it is told to" yes podman stop --time 60 "$name"
        check "and well" yes test "$(podman inspect --format '{{.State.ExitCode}}' "$name")" = 0
    done
}

if [ -z "${KEEP:-}" ]; then
    mkdir "$work/source"
    git archive HEAD | tar -x -C "$work/source"
    base
    pip_settings
    if has web || has whole; then build studyhub-web web; fi
    if has runner || has whole; then build studyhub-runner-cpu runner; fi
fi
if has web; then web; fi
if has runner; then runner; fi
if has whole; then whole; fi
exit $failed
