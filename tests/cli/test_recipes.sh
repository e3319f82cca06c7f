#!/usr/bin/env bash
# Named recipes through the whole program: verdict and limiting rule as a
# radiologist would expect (the recipe's "expect"), lesions where they are.
# Of tilted series the segmentation must lie on their images.
# Names after the folder restrict it to these, "quick" to one recipe for each
# kind of reason; without names all are run (make accuracy).
source "$(dirname "$0")/common.sh"
here=$(cd "$(dirname "$0")" && pwd)
shift 2
recipes=$here/../../testdata/recipes
quick=(single_clear perivascular subcapsular_neighbour no_window
  tilted_oblique)

names=("$@")
[ "${1:-}" != quick ] || names=("${quick[@]}")
if [ ${#names[@]} = 0 ]; then
  mapfile -t names < <(cd "$recipes" && grep -l '"expect"' ./*.json |
    sed 's|^\./||; s|\.json$||' | sort)
fi

# One recipe on one thread; the line of the table goes to $work/NAME.line.
run_one() {
  local name=$1 study="$work/$1.study" result="$work/$1.result" dicom=none
  [[ "$name" != tilted* ]] || dicom=seg
  if "$program" phantom "$recipes/$name.json" -o "$study" -q --threads 1 \
    2>"$work/$name.err" &&
    "$program" run "$study/dicom" -o "$result" -q --dicom "$dicom" --threads 1 \
      >"$work/$name.out" 2>"$work/$name.err"; then
    /usr/bin/python3 "$here/check_recipe.py" "$name" "$study" "$result" \
      >"$work/$name.line" 2>&1 && touch "$work/$name.good"
    if [ "$dicom" = seg ] && ! /usr/bin/python3 "$here/check_tilted_seg.py" \
      "$study" "$result" >"$work/$name.seg" 2>&1; then
      printf 'segmentation: %s\n' "$(tail -1 "$work/$name.seg")" \
        >>"$work/$name.line"
      rm -f "$work/$name.good"
    fi
  else
    echo "$name: $(cat "$work/$name.err")" >"$work/$name.line"
  fi
  rm -rf "$study" "$result"
}
export -f run_one
export program work here recipes

printf '%s\n' "${names[@]}" |
  xargs -P "$(nproc)" -I{} bash -c 'run_one {}'

different=0
printf '%-24s %-16s %-12s %-16s %-5s %s\n' recipe expected by found by ""
for name in "${names[@]}"; do
  line=$(cat "$work/$name.line")
  [ -e "$work/$name.good" ] || different=$((different + 1))
  printf '%s\n' "$line"
  checks=$((checks + 1))
done
echo "$different of $checks differ"
left=$(grep -l '"expect"' "$recipes"/*.json | wc -l)
echo "$((left - checks)) of $left recipes were left out"
[ "$different" = 0 ] || fail "a verdict is not what was expected"
done_checking
