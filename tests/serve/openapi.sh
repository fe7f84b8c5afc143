# SPDX-License-Identifier: Apache-2.0
# docs/openapi.json and docs/http.md against the server: openapi.py, by the Python that has jsonschema ($DESCRY_CLIENTS, which
# `./run test` makes).
set -eu
if [ -z "${DESCRY_CLIENTS:-}" ] && [ -z "${CI:-}" ]; then
  echo "1..0 # SKIP \$DESCRY_CLIENTS names no Python with tests/serve/requirements.txt"
  exit 0
fi
exec "${DESCRY_CLIENTS:?}" -B "$DESCRY_SOURCE_ROOT/tests/serve/openapi.py" "$@"
