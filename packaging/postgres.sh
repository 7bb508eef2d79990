#!/usr/bin/env bash
# Starts a private PostgreSQL server with Debian's programs, prints its URL, and stops and removes it when standard input ends.
# It listens on a free port of 127.0.0.1 and on a socket in its own folder, with a password, and with fsync on, as a vendor has it.
# Exit code 3: there is no PostgreSQL here.
set -euo pipefail
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1) || true
[ -x "${bin:-}/initdb" ] || bin=$(dirname "$(command -v initdb || echo /none/initdb)")
[ -x "$bin/initdb" ] || { echo "postgres: not installed" >&2; exit 3; }
home=$(mktemp -d "${TMPDIR:-/tmp}/holdfast-pg.XXXXXX")
as=()
if [ "$(id -u)" = 0 ]; then # the server does not run as root
  as=(setpriv --reuid=postgres --regid=postgres --clear-groups --)
  chown postgres: "$home"
fi
cd "$home"
stop() {
  trap - EXIT INT TERM HUP
  "${as[@]}" "$bin/pg_ctl" -D "$home/data" -m immediate -w stop >/dev/null 2>&1 || true
  cd / && rm -rf "$home"
}
trap stop EXIT
trap 'exit 1' INT TERM HUP
password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
(umask 077 && printf '%s\n' "$password" >"$home/password")
[ ${#as[@]} -eq 0 ] || chown postgres: "$home/password"
"${as[@]}" "$bin/initdb" -D "$home/data" -U postgres -A scram-sha-256 --pwfile="$home/password" --no-sync --no-instructions -E UTF8 --locale=C >"$home/initdb.log" 2>&1 ||
  { cat "$home/initdb.log" >&2; exit 1; }
rm -f "$home/password"
for _ in 1 2 3 4 5 6 7 8; do
  port=$((20000 + RANDOM % 12000))
  if "${as[@]}" "$bin/pg_ctl" -D "$home/data" -l "$home/data/server.log" -w -t 30 -o "-c listen_addresses=127.0.0.1 -c port=$port -c unix_socket_directories=$home -c max_connections=200" start >/dev/null 2>&1; then
    echo "postgres://postgres:$password@127.0.0.1:$port/postgres?sslmode=disable"
    exec 1>&- 2>/dev/null # whoever reads them is not held up
    cat >/dev/null
    exit 0
  fi
  grep -q "could not bind" "$home/data/server.log" || break # the port was taken: another one
  : >"$home/data/server.log"
done
cat "$home/data/server.log" >&2
exit 1
