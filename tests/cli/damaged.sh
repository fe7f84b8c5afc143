# SPDX-License-Identifier: Apache-2.0
# Very many damaged files.
. "$DESCRY_SOURCE_ROOT/tests/cli/lib.sh"
"$PYTHON" "$here/walls.py" damaged
