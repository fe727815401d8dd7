#!/usr/bin/env bash
# The whole study on a small network: once to its end, and once interrupted and resumed.
#
# usage: demo.sh ECKART
set -euo pipefail

eckart=$(realpath "${1:?usage: demo.sh ECKART}")
export OMP_WAIT_POLICY=passive
work=$(mktemp -d)
child=
trap '[[ -z $child ]] || kill -KILL "$child" 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"

fail() {
  echo "demo: $*" >&2
  exit 1
}

"$eckart" data synth data --train 1000 --test 50 --quiet >output
study=(demo --data data --hidden 64 --epochs 4 --ranks "4,8" --finetune-epochs 1 --threads 1)

"$eckart" "${study[@]}" --run whole >output 2>errors || fail "exit code $?: $(cat errors)"
[[ -s whole/report.html ]] || fail "no report"
tail -n 1 output | grep -q "^Open .*/whole/report.html$" || fail "the last line does not name the report"

# The interruption comes in the middle of the training: when the first checkpoint is there.
set -m
"$eckart" "${study[@]}" --run cut >output 2>errors &
child=$!
set +m
until [[ -e cut/net.safetensors.checkpoint ]]; do
  kill -0 "$child" 2>/dev/null || fail "it ended before its first checkpoint: $(cat errors)"
  sleep 0.01
done
kill -INT "$child"
ended=0
wait "$child" || ended=$?
child=
[[ $ended == 130 ]] || fail "exit code $ended after SIGINT: $(cat errors)"
grep -q -- "--run cut --resume$" errors || fail "no command to go on: $(cat errors)"
[[ ! -e cut/report.html ]] || fail "a report of half a study"

"$eckart" "${study[@]}" --run cut --resume >output 2>errors || fail "--resume: exit code $?: $(cat errors)"
[[ -s cut/report.html ]] || fail "no report after --resume"
left=$(find cut -name '*.tmp' -o -name '*.checkpoint')
[[ -z $left ]] || fail "left behind: $left"

if "$eckart" "${study[@]}" --run whole >output 2>errors; then fail "an earlier study was replaced"; fi
echo "the study ends with a report, in one go and after an interruption"
