# SPDX-License-Identifier: Apache-2.0
# Hostile files, to decoders without the checks in front of them.
. "$DESCRY_SOURCE_ROOT/tests/cli/lib.sh"
"$PYTHON" "$here/walls.py" bombs "$DESCRY_BUILD_ROOT/tests/decoders/unchecked"
