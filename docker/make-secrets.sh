#!/bin/sh
# Draws the secrets of docker/compose.yaml into docker/secrets/: once, what is there stays. `make-secrets.sh [FOLDER]`.
#
# The folder is its owner's alone. The files in it can be read by all, for a container's user is none of this machine.
set -eu
folder="${1:-$(dirname "$0")/secrets}"
umask 022
mkdir -p "$folder"
chmod 700 "$folder"
cd "$folder"

draw() { LC_ALL=C tr -dc 'A-Za-z0-9' < /dev/urandom | head -c "$1"; }
keep() { [ -s "$1" ] || cat > "$1"; }

draw 64 | keep secret_key
draw 48 | keep metrics_token
draw 32 | keep database_password
echo "postgresql://studyhub:$(cat database_password)@database:5432/studyhub" | keep database_url
for server in broker cache; do
    draw 32 | keep "${server}_password"
    echo "requirepass $(cat ${server}_password)" | keep "${server}_config"
    echo "redis://:$(cat ${server}_password)@${server}:6379/0" | keep "${server}_url"
done
# Two keys to object storage: the site's opens everything, a runner's only the files of runs.
for who in site runner; do
    draw 20 | keep "${who}_access_key"
    draw 40 | keep "${who}_secret_key"
done
keep storage_identities <<IDENTITIES
{
  "identities": [
    {
      "name": "site",
      "credentials": [{"accessKey": "$(cat site_access_key)", "secretKey": "$(cat site_secret_key)"}],
      "actions": ["Admin"]
    },
    {
      "name": "runner",
      "credentials": [{"accessKey": "$(cat runner_access_key)", "secretKey": "$(cat runner_secret_key)"}],
      "actions": ["Read:studyhub-runs", "Write:studyhub-runs"]
    }
  ]
}
IDENTITIES
# Of use once STUDYHUB_SMTP_HOST is set: put your mail server's here.
echo "none-yet" | keep smtp_password
