# SPDX-License-Identifier: Apache-2.0
# Odd files with their right values, and hostile ones.
. "$DESCRY_SOURCE_ROOT/tests/cli/lib.sh"
"$PYTHON" "$here/cases.py" "$DESCRY_SOURCE_ROOT/tests/data/cases"
