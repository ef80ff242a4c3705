#!/usr/bin/env bash
# Has files of every type and format read by readers that Baseload does not use: pyarrow, Spark, Python's csv and json.
# Needs python3 with venv and pip, and Java 17 or later for Spark; installs the packages into a folder that it removes.
set -euo pipefail
cd "$(dirname "$0")/../.."

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pyarrow==26.0.1 duckdb==2.0.0 pyspark==4.3.0
mkdir "$folder/tables"
npx tsx test/independent/write-tables.ts "$folder/tables"
"$folder/venv/bin/python" test/independent/read_tables.py "$folder/tables"
