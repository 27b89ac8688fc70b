#!/bin/sh
# Writes .env from .env.example with a fresh secret for every "change-me". Never touches one that is there:
# the databases keep the passwords they were first started with.
set -eu
cd "$(dirname "$0")/.."
target=${1:-.env}

if [ -e "$target" ]; then
    echo "$target is there already: left as it is. To start anew: docker compose down -v, then remove it." >&2
    exit 0
fi

secret() {
    od -An -N24 -tx1 /dev/urandom | tr -d ' \n'
}

umask 077
unfinished=$(mktemp "$target.XXXXXX")
trap 'rm -f "$unfinished"' EXIT
while IFS= read -r line || [ -n "$line" ]; do
    case $line in
        *=change-me) printf '%s=%s\n' "${line%%=*}" "$(secret)" ;;
        *) printf '%s\n' "$line" ;;
    esac
done < .env.example > "$unfinished"
mv "$unfinished" "$target"
trap - EXIT
echo "wrote $target"
