#!/usr/bin/env bash
# Kills trainings at random moments, resumes them and compares the networks with an uninterrupted run's.
#
# usage: kill_and_resume.sh ECKART [ROUNDS] [SEED] [WHAT]
#   ECKART  the program
#   ROUNDS  how many trainings to kill, each one to three times (default 10)
#   SEED    of the random moments (default: a new one, which is printed; also when it is empty)
#   WHAT    train (default), orthogonal: fine-tuning with orthogonal factors, or from: more training of an
#           ONNX model
#
# The signals SIGINT, SIGTERM and SIGKILL take turns. After the first two the exit code must be 130 or 143, and
# the tensors of the finished network must be those of the uninterrupted run to the last bit. Nothing but the
# network may be left. Ends with 0 when all that holds.
set -euo pipefail

eckart=$(realpath "${1:?usage: kill_and_resume.sh ECKART [ROUNDS] [SEED] [WHAT]}")
rounds=${2:-10}
seed=${3:-$((RANDOM * 32768 + RANDOM))}
RANDOM=$seed
work=$(mktemp -d)
child=
trap '[[ -z $child ]] || kill -KILL "$child" 2>/dev/null || true; rm -rf "$work"' EXIT

export OMP_WAIT_POLICY=passive
declare -A code_of=([INT]=130 [TERM]=143 [KILL]=137)
signals=(INT TERM KILL)
common=(--data "$work/data" --epochs 12 --batch 20 --threads 1)
case ${4:-train} in
  train) training=(train --hidden 64 "${common[@]}") ;;
  orthogonal) training=(finetune "$work/small.safetensors" --orthogonal "${common[@]}") ;;
  from) training=(train --from "$work/dense.onnx" "${common[@]}") ;;
  *)
    echo "kill_and_resume: WHAT is train, orthogonal or from, not '$4'" >&2
    exit 2
    ;;
esac

fail() {
  echo "kill_and_resume: $* (seed $seed)" >&2
  exit 1
}

# Everything behind the header, whose length the first 8 bytes hold: the header names the command line.
tensors_of() {
  local length
  length=$(od -An -t u8 -N 8 "$1" | tr -d ' ')
  tail -c +$((8 + length + 1)) "$1" | sha256sum
}

milliseconds() {
  echo $(($(date +%s%N) / 1000000))
}

# Starts the training in the current folder and sends it a signal after up to $duration ms. Sets `ended` to the
# exit code. In a job of its own: a background process of a script ignores SIGINT otherwise.
train_and_kill() {
  local signal=$1
  shift
  set -m
  "$eckart" "${training[@]}" -o net.safetensors "$@" >output 2>errors &
  child=$!
  set +m
  local wait=$((RANDOM % duration))
  sleep "$(printf '%d.%03d' $((wait / 1000)) $((wait % 1000)))"
  kill -s "$signal" "$child" 2>/dev/null || true
  ended=0
  wait "$child" 2>/dev/null || ended=$?
  child=
}

"$eckart" data synth "$work/data" --train 1000 --test 50 --quiet >"$work/output"
"$eckart" train --hidden 64 --data "$work/data" --epochs 1 -o "$work/dense.safetensors" --quiet >"$work/output"
"$eckart" compress "$work/dense.safetensors" --rank 8 -o "$work/small.safetensors" --quiet >"$work/output"
"$eckart" export "$work/dense.safetensors" -o "$work/dense.onnx" --quiet >"$work/output"
mkdir "$work/whole"
begin=$(milliseconds)
(cd "$work/whole" && "$eckart" "${training[@]}" -o net.safetensors --quiet >/dev/null)
duration=$(($(milliseconds) - begin))
expected=$(tensors_of "$work/whole/net.safetensors")
echo "seed $seed; the uninterrupted training took $duration ms"

early=0
interrupted=0
resumed=0
for ((round = 0; round < rounds; ++round)); do
  mkdir "$work/round"
  cd "$work/round"
  for ((attempt = 0; attempt <= RANDOM % 3; ++attempt)); do
    signal=${signals[(round + attempt) % 3]}
    resume=()
    [[ $attempt == 0 ]] || resume=(--resume)
    train_and_kill "$signal" "${resume[@]}"
    if [[ $ended == 0 ]]; then
      early=$((early + 1)) # done before the signal came
      break
    fi
    [[ $ended == "${code_of[$signal]}" ]] ||
      fail "round $round: exit code $ended after SIG$signal; it said: $(cat errors)"
    interrupted=$((interrupted + 1))
    [[ -e net.safetensors.checkpoint ]] && resumed=$((resumed + 1))
  done
  "$eckart" "${training[@]}" -o net.safetensors --resume --quiet >output 2>errors ||
    fail "round $round: --resume failed: $(cat errors)"
  [[ $(tensors_of net.safetensors) == "$expected" ]] || fail "round $round: the resumed network differs"
  rm output errors
  [[ $(ls -A) == net.safetensors ]] || fail "round $round: left behind: $(ls -A)"
  cd "$work"
  rm -r "$work/round"
done
echo "$rounds rounds: $interrupted kills ($resumed of them with a checkpoint), $early trainings done before" \
  "their signal; all networks are the same to the last bit"
((resumed > 0)) || fail "no kill hit a training that could be resumed"
