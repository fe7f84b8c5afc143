# SPDX-License-Identifier: Apache-2.0
# Pictures of every format, met by the program.
. "$DESCRY_SOURCE_ROOT/tests/cli/lib.sh"
formats=$DESCRY_SOURCE_ROOT/tests/data/formats
mkdir photos
count=0
for ending in jpg png webp gif tif heic avif jxl jp2 j2k bmp ppm pgm dng; do
    for picture in "$formats"/*."$ending"; do
        cp "$picture" "photos/$ending.$(printf %s $ending | tr a-z A-Z)"
        count=$((count + 1))
        break
    done
done
cp "$formats/q80.heic" photos/heic-without-ending
cp "$formats/grey16.pgm" photos/notes.txt
printf 'P5 is not what this is' >photos/text-without-ending
exits 0 "version" "$DESCRY" version
for name in WebP GIF TIFF HEIC 'JPEG XL' 'JPEG 2000' 'camera RAW' BMP PNM; do
    says out "^  $name|, $name" "version: $name"
done
exits 0 "index pictures of every format" "$DESCRY" index --model demo --library l.db photos
says out "^$((count + 1)) pictures: $((count + 1)) new;" "index: all of them, by ending in capitals or by content, and nothing else"
exits 0 "search for a HEIC" "$DESCRY" search --library l.db --model demo --json -k 50 "./photos/heic.HEIC"
json "search: the same scene in all formats, but in grey" 'len(rows) == 14 and
    all(r["score"] > 0.98 for r in rows if not r["path"].endswith(".PGM"))'

# damaged: named, and the others are indexed
mkdir damaged
for ending in jpg png webp gif tif heic avif jxl jp2 bmp pgm dng; do
    for picture in photos/"$ending".*; do
        head -c 400 "$picture" >"damaged/$ending.$ending"
    done
done
cp photos/ppm.PPM damaged/whole.ppm
exits 3 "index damaged pictures" "$DESCRY" index --model demo --library d.db damaged
for ending in jpg png webp gif tif heic avif jxl jp2 bmp pgm dng; do
    says err "/damaged/$ending\.$ending: " "damaged $ending: named"
done
exits 0 "status" "$DESCRY" status --library d.db --json
json "the whole one is there" 'row["photos"] == 1'
finish
