# SPDX-License-Identifier: Apache-2.0
# What a start does not load: codecs, libcurl and libexempi, until they are needed.
. "$DESCRY_SOURCE_ROOT/tests/cli/lib.sh"

# loaded COMMAND...: the files that the loader initialises are in loaded, as glibc tells
loaded() {
    LD_DEBUG=files run "$@"
    sed -n 's/.*calling init: .*\///p' err >loaded
}
# of FILE...: what it is linked with
of() {
    for file in "$@"; do objdump -p "$file"; done | awk '$1 == "NEEDED" { print $2 }' | sort -u
}
# none of it, but for what the library has a use for itself
of "$DESCRY_BUILD_ROOT"/descry-*.so | grep -v '^\(lib\(descry\|jansson\|c\|m\|z\|dl\|pthread\|unistring\|[alut]*san\)\.so\|ld-\)' >foreign
grep -q '^libjpeg' foreign && grep -q '^libpng' foreign
verdict $? "the modules are linked with libraries of others"
is "the library is not linked with them" "$(of "$DESCRY_BUILD_ROOT/libdescry.so" "$DESCRY" | grep -Fx -f foreign)" ""
exits 0 "index" "$DESCRY" index --library cold.db --model demo "$gallery"/000[1-9].jpg
cp "$gallery/0003.jpg" other.jpg
echo >>other.jpg

# lacks DESCRIPTION PATTERN...: nothing that was loaded matches
lacks() {
    what=$1
    shift
    is "$what" "$(grep -e "$@" loaded)" ""
}
loaded "$DESCRY" version
if ! grep -q '^libdescry\.so' loaded; then
    echo "# the loader does not tell what it loads: not looked at"
    finish
fi
lacks "version: no module" '^descry-'
is "version: nothing of theirs" "$(grep -Fx -f foreign loaded)" ""
loaded "$DESCRY" search --library cold.db -k 3 two cats
is "a search finds" "$(wc -l <out)" 3
lacks "a search for a text: no module" '^descry-'
is "a search for a text: nothing of theirs" "$(grep -Fx -f foreign loaded)" ""
loaded "$DESCRY" search --library cold.db -k 3 "$gallery/0003.jpg"
is "a picture that is in the library finds" "$(wc -l <out)" 3
lacks "a picture that is in the library: no module" '^descry-'
loaded "$DESCRY" search --library cold.db -k 3 ./other.jpg
is "another picture finds" "$(wc -l <out)" 3
lacks "another picture, which a decoder reads: no module" '^descry-.*\.so'
is "another picture, which a decoder reads: nothing of theirs" "$(grep -Fx -f foreign loaded)" ""
loaded env DESCRY_SANDBOX=off "$DESCRY" search --library cold.db -k 3 ./other.jpg
is "another picture, in process, finds" "$(wc -l <out)" 3
grep -q '^descry-codecs\.so' loaded && grep -q '^libjpeg' loaded
verdict $? "another picture, in process: the codecs"
lacks "another picture, in process: nothing else" '^descry-[^c]'
if [ "$XMP" = yes ]; then
    cp "$gallery/0001.jpg" described.jpg
    loaded "$DESCRY" caption --model demo --write-xmp ./described.jpg
    [ -s described.jpg.xmp ]
    verdict $? "a sidecar, which a decoder makes"
    lacks "a sidecar: no module" '^descry-.*\.so'
    is "a sidecar: nothing of theirs" "$(grep -Fx -f foreign loaded)" ""
    loaded "$DESCRY" caption --undo-xmp ./described.jpg
    [ ! -e described.jpg.xmp ]
    verdict $? "a sidecar that a decoder undoes"
    lacks "a sidecar that is undone: no module" '^descry-.*\.so'
fi
finish
