#!/bin/sh
# Makes .env for docker-compose.yml from .env.example: every secret that is empty there gets a random value.
# For its owner only. One that is there stays as it is.
set -eu
cd "$(dirname "$0")/.."
if [ -e .env ]; then
    echo ".env is there already; it stays as it is."
    exit
fi
random() {
    head -c 24 /dev/urandom | od -An -v -tx1 | tr -d ' \n'
}
umask 077
new=$(mktemp .env.XXXXXX)
trap 'rm -f "$new"' EXIT
while IFS= read -r line; do
    case $line in
        FOLLOWUP_VAPID_PRIVATE_KEY=) line=$line$(head -c 32 /dev/urandom | base64) ;;
        FOLLOWUP_*_PASSWORD= | FOLLOWUP_*_SECRET= | FOLLOWUP_*_KEY=) line=$line$(random) ;;
    esac
    printf '%s\n' "$line"
done < .env.example > "$new"
mv "$new" .env
echo "Made .env. The first admin's address and password in it: FOLLOWUP_ADMIN_EMAIL, FOLLOWUP_ADMIN_PASSWORD."
