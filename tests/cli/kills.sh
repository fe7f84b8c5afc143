# SPDX-License-Identifier: Apache-2.0
# Decoders and descry itself, killed.
. "$DESCRY_SOURCE_ROOT/tests/cli/lib.sh"
"$PYTHON" "$here/walls.py" kills
