#!/bin/sh
# Back up a running Followup: backup.sh FILE
#
# PostgreSQL holds everything, what has yet to be sent too; RabbitMQ needs no backup. The copy is of one
# moment, services go on meanwhile. FILE appears only when it is whole. Settings:
#   FOLLOWUP_DATABASE_URL   as the owner of the database
#   PG_BIN                  folder of pg_dump and pg_restore, of the server's version; default: the PATH
set -eu

file=${1:?usage: backup.sh FILE}
url=$(printf %s "${FOLLOWUP_DATABASE_URL:?is not set: the URL of the database, as its owner}" | sed 's/+psycopg:/:/; s/[[:space:]]*$//')
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
        echo "FOLLOWUP_DATABASE_URL leads through a pooler such as PgBouncer: a backup needs PostgreSQL's own address" >&2
        exit 1
        ;;
    esac
    ;;
esac

[ ! -e "$file" ] || { echo "$file is there already: choose another name" >&2; exit 1; }
umask 077 # log-ins and what people wrote
trap 'rm -f "$file.unfinished"' EXIT
"${bin}pg_dump" --format=custom --no-owner --file="$file.unfinished" "$url"
"${bin}pg_restore" --list "$file.unfinished" >/dev/null
mv "$file.unfinished" "$file"
echo "$file: $(wc -c <"$file") bytes"
