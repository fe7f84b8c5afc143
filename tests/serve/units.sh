# SPDX-License-Identifier: Apache-2.0
# systemd's units for the server: units.py, where systemd-analyze is.
set -eu
if ! command -v systemd-analyze >/dev/null; then
  echo "1..0 # SKIP there is no systemd-analyze"
  exit 0
fi
exec "$PYTHON" -B "$DESCRY_SOURCE_ROOT/tests/serve/units.py" "$@"
