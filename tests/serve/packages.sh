# SPDX-License-Identifier: Apache-2.0
# The Containerfile names the Debian packages that the program and its modules are linked with, and no others.
. "$DESCRY_SOURCE_ROOT/tests/cli/lib.sh"
suite=$(sed -n 's/^FROM .*debian:\([0-9]*\)-slim.*/\1/p' "$DESCRY_SOURCE_ROOT/Containerfile" | sort -u)
if ! command -v dpkg >/dev/null || [ "$(sed -n 's/^VERSION_ID="\(.*\)"/\1/p' /etc/os-release)" != "$suite" ]; then
    echo "1..0 # SKIP this is not Debian $suite, which the container has"
    exit 0
fi
if [ "$SANITIZE" != none ]; then
    echo "1..0 # SKIP a sanitized build is linked with more"
    exit 0
fi
for file in "$DESCRY" "$DESCRY_BUILD_ROOT"/libdescry.so "$DESCRY_BUILD_ROOT"/descry-*.so "$DESCRY_BUILD_ROOT"/descry-decode; do
    objdump -p "$file" | awk '$1 == "NEEDED" { print $2 }' >needed
    LD_LIBRARY_PATH=$DESCRY_BUILD_ROOT ldd "$file" | awk '$2 == "=>" && $3 ~ /^\// { print $1, $3 }' | grep -Ff needed
done | grep -v ' .*/libdescry\.so' | cut -d' ' -f2 | sort -u >libraries
# a file may be of a package as below /usr, or as before those were one
while read -r library; do readlink -f "$library"; done <libraries | sed 'p; s|^/usr/|/|' | xargs dpkg-query -S 2>/dev/null |
    sed 's/[:,].*//' | sort -u | grep -vx 'libc6\|libgcc-s1\|libstdc++6' >linked
sed -n '/^FROM .*slim$/,$p' "$DESCRY_SOURCE_ROOT/Containerfile" | sed -n '/^RUN apt-get/,/[^\\]$/p' | tr ' \\' '\n\n' |
    grep '^z*lib' | sort >named
[ "$(wc -l <linked)" -gt 10 ]
verdict $? "packages are found"
is "the Containerfile's packages" "$(paste -sd' ' named)" "$(paste -sd' ' linked)"
finish
