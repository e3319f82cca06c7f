#!/usr/bin/env bash
# The DICOM objects of a run: valid, of the same study, read back by other
# toolkits and by the program itself to the same voxels and numbers.
source "$(dirname "$0")/common.sh"
here=$(cd "$(dirname "$0")" && pwd)
out="$work/out"
run() { "$program" run "$@"; }

# 341 x 243 pixels are no multiple of eight.
cat >"$work/recipe.json" <<'JSON'
{"name": "dicom_out", "base": "adult",
 "image": {"size": [341, 243, 71], "spacing_mm": [1, 1, 3],
           "centre_lps": [0, 2, -86]},
 "lesions": [{"name": "deep", "tissue": "metastasis_hypo", "edge_mm": 1.2,
   "solid": {"kind": "ellipsoid", "centre_lps": [0, 0, 0],
             "radii_mm": [10, 10, 10]},
   "place": {"near_lps": [-104, 3, -67], "in": "liver"}}]}
JSON
expect 0 "" "$program" phantom -o "$work/study" "$work/recipe.json"
study="$work/study/dicom"
expect 2 "--dicom: 'stl'" run "$study" -o "$out" --dicom seg,stl
expect 0 "imaging criteria" run "$study" -o "$out"
holds -s "$out/report.pdf"

for object in "$out"/dicom/*.dcm; do
  got=0
  dciodvfy "$object" >"$work/verify.txt" 2>&1 || got=$?
  grep '^Error' "$work/verify.txt" && fail "$object is not valid"
  holds "$got" = 0
done
dcentvfy "$out"/dicom/*.dcm "$study"/*.dcm 2>&1 |
  grep '^Error' && fail "the objects do not belong together"

# The templates of structured reports. It always exits with 0; the limits on
# XPath are for style sheets that are not trusted.
java -Djava.awt.headless=true -XX:TieredStopAtLevel=1 \
  -Djdk.xml.xpathExprOpLimit=0 -Djdk.xml.xpathTotalOpLimit=0 \
  -Djdk.xml.xpathExprGrpLimit=0 \
  -cp "$(printf '%s:' /usr/share/java/*.jar)" \
  com.pixelmed.validate.DicomSRValidator "$out/dicom/report.dcm" \
  >"$work/pixelmed.txt" 2>&1
grep -q "IOD validation complete" "$work/pixelmed.txt" ||
  fail "the report was not validated"
grep -q "Found Root Template TID_1500" "$work/pixelmed.txt" ||
  fail "the report is no TID 1500"
grep "^Error" "$work/pixelmed.txt" && fail "the report breaks its template"
checks=$((checks + 3))

# Other toolkits read the same voxels and numbers.
dsrdump "$out/dicom/report.dcm" >"$work/report.txt"
holds -s "$work/report.txt"
command -v node >/dev/null ||
  fail "node is missing (Debian package nodejs), so dcmjs cannot read back"
node "$here/read_with_dcmjs.js" "$here"/dcmjs/dcmjs-*.js.gz "$out"/dicom/*.dcm \
  >"$work/dcmjs.json" || fail "dcmjs cannot read the objects"
/usr/bin/python3 "$here/check_dicom_out.py" "$out" "$work/dcmjs.json" ||
  fail "read-back differs"
checks=$((checks + 2))

# Files that are no outlines of this series are refused, before any network.
seg="$out/dicom/segmentation.dcm"
head -c 20000 "$seg" >"$work/cut.dcm"
expect 1 "truncated or damaged" run "$study" -o "$work/no" \
  --labels "$work/cut.dcm"
expect 1 "modality 'CT'" run "$study" -o "$work/no" \
  --labels "$study/IM00001.dcm"
expect 1 "modality 'SR'" run "$study" -o "$work/no" \
  --labels "$out/dicom/report.dcm"
cp "$seg" "$work/other.dcm"
dcmodify -nb -q -m "(0020,0052)=1.2.3" "$work/other.dcm"
expect 1 "another frame of reference" run "$study" -o "$work/no" \
  --labels "$work/other.dcm"
cp "$seg" "$work/labelmap.dcm"
dcmodify -nb -q -m "(0062,0001)=LABELMAP" "$work/labelmap.dcm"
expect 1 "LABELMAP" run "$study" -o "$work/no" --labels "$work/labelmap.dcm"

# Our own segmentation comes in; a series without a frame of reference gets no
# segmentation, and everything else.
cp -r "$study" "$work/frameless"
dcmodify -nb -q -ea "(0020,0052)" "$work"/frameless/*.dcm
expect 0 "No DICOM segmentation (SEG) was written" run "$work/frameless" \
  -o "$work/back" --labels "$seg"
grep -qF '"code": "no-dicom-seg"' "$work/back/report.json" || fail "not said"
grep -qF '"outline": "imported"' "$work/back/report.json" || fail "no origin"
holds ! -e "$work/back/dicom/segmentation.dcm"
holds -s "$work/back/dicom/report.dcm"
dciodvfy "$work/back/dicom/report.dcm" 2>&1 | grep '^Error' &&
  fail "the report without a frame of reference is not valid"
/usr/bin/python3 "$here/check_labels_near.py" "$out" "$work/back" ||
  fail "the imported outlines moved"
checks=$((checks + 1))
only_holds "$work" back cut.dcm dcmjs.json err.txt frameless labelmap.dcm other.dcm out \
  out.txt pixelmed.txt recipe.json report.txt study verify.txt
done_checking
