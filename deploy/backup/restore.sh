#!/bin/sh
# Restore a backup into an empty database: restore.sh FILE
#
# All of it or nothing. Afterwards run `followup migrate` on it, which brings an older backup to the current
# schema and gives the services' roles their passwords, and start the services: what was raised and not yet
# announced at the moment of the backup is announced then, once. Settings as for backup.sh.
set -eu

file=${1:?usage: restore.sh FILE}
url=$(printf %s "${FOLLOWUP_DATABASE_URL:?is not set: the URL of an empty database, as its owner}" | sed 's/+psycopg:/:/; s/[[:space:]]*$//')
case $url in
*://*/*@* | *'#'*) # psql would take a part of the password for the host or the port, and quote it
    echo "FOLLOWUP_DATABASE_URL has a / or # in the password, or an @ behind the host: write %2F, %23, %40" >&2
    exit 1
    ;;
esac
bin=${PG_BIN:+$PG_BIN/}
case $url in
*options=*) ;; # they take the place of ours
*) # a pooler refuses or ignores what a connection brings along, and would lend the session to services as it is
    direct=$(PGOPTIONS='-c followup.direct=yes' "${bin}psql" -X -A -t -c 'SHOW followup.direct' "$url" 2>&1) || true
    case $direct in
    *'unsupported startup parameter'* | *'unrecognized configuration parameter'*)
        echo "FOLLOWUP_DATABASE_URL leads through a pooler such as PgBouncer: restoring needs PostgreSQL's own address" >&2
        exit 1
        ;;
    esac
    ;;
esac

[ -r "$file" ] || { echo "$file cannot be read" >&2; exit 1; }
tables=$("${bin}psql" -X -A -t -c "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'" "$url")
[ "$tables" = 0 ] || { echo "the database has $tables tables: restore into an empty one" >&2; exit 1; }

# Roles belong to the server, not to the backup, which grants them their rights.
for role in followup_api followup_escalator followup_notifier followup_dispatcher; do
    "${bin}psql" -X -q -v ON_ERROR_STOP=1 -c "DO \$\$ BEGIN CREATE ROLE $role NOLOGIN;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END \$\$" "$url"
done
"${bin}pg_restore" --exit-on-error --single-transaction --no-owner --dbname="$url" "$file"
"${bin}psql" -X -q -c ANALYZE "$url"
echo "restored; now: followup migrate"
