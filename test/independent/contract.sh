#!/usr/bin/env bash
# Holds the checks of test/contract against moto, which is not ours, and the list of what moto is known to do otherwise against moto, too.
# Then tries the set-up and the clean-up of `npm run contract:aws` there, to the end and interrupted: nothing may be left of either.
# Needs python3 with venv and pip; installs moto into a folder that it removes. Calls nothing but 127.0.0.1.
set -euo pipefail
cd "$(dirname "$0")/../.."

folder=$(mktemp -d)
server=
cleanup() {
  [ -z "$server" ] || kill "$server" 2>/dev/null || true
  rm -rf "$folder"
}
trap cleanup EXIT

version=$(sed -n "s/^export const motoVersion = '\(.*\)';$/\1/p" test/contract/known-differences.ts)
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check "moto[server]==$version"

port=$("$folder/venv/bin/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$folder/venv/bin/moto_server" --host 127.0.0.1 --port "$port" >"$folder/moto.log" 2>&1 &
server=$!
endpoint=http://127.0.0.1:$port
for _ in $(seq 150); do
  "$folder/venv/bin/python" -c "import urllib.request as r; r.urlopen('$endpoint/moto-api/')" 2>/dev/null && break
  kill -0 "$server" || { cat "$folder/moto.log"; exit 1; }
  sleep 0.2
done

export AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED=true
contract_aws() {
  AWS_ENDPOINT_URL=$endpoint AWS_REGION=eu-central-1 AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_EC2_METADATA_DISABLED=true \
    AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null exec node test/contract/on-aws.js --yes
}
expect() {
  local wanted=$1 process=$2 code=0
  wait "$process" || code=$?
  [ "$code" -eq "$wanted" ] || { cat "$folder/contract-aws.log"; echo "contract:aws ended with $code instead of $wanted"; exit 1; }
}
contract_aws >"$folder/contract-aws.log" 2>&1 &
# What moto does otherwise is a finding there
expect 1 $!

contract_aws >"$folder/contract-aws.log" 2>&1 &
until grep --quiet 'Everything is named' "$folder/contract-aws.log"; do
  kill -0 $! 2>/dev/null || break
  sleep 0.1
done
kill -TERM $! 2>/dev/null || true
expect 130 $!

BASELOAD_CONTRACT_ENDPOINT=$endpoint node --import tsx test/contract/run-endpoint.ts
