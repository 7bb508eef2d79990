#!/bin/sh
# What may product $1 do, and record one use on its meter $2. Needs curl.
set -eu
home=${HOLDFAST_HOME:-${XDG_DATA_HOME:-$HOME/.local/share}/holdfast}
socket=$(sed 's/.*"address":"\([^"]*\)".*/\1/' "$home/endpoint")

ask() { # path, body
	curl --silent --show-error --max-time 10 --unix-socket "$socket" -H 'Content-Type: application/json' --data "$2" "http://holdfast$1"
	echo
}

ask /v1/check "{\"schema_version\":1,\"product\":\"$1\"}"
# The id makes it count once, however often it is sent.
ask /v1/usage "{\"schema_version\":1,\"events\":[{\"product\":\"$1\",\"meter\":\"$2\",\"units\":1,\"id\":\"${3:-job-17}\"}]}"
