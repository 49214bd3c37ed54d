#!/usr/bin/env bash
# What a user sees when files, disks or stores fail: all of standard error, the exit status, and which files are there
# afterwards. Usage: failures_test.sh PROGRAM HOLD_STORE SOURCE_ROOT
set -u
program=$(realpath "$1")
hold=$(realpath "$2")
root=$3
source "$(dirname "$(realpath "$0")")/begin.sh"
# fails WANTED_STATUS WANTED_STDERR COMMAND...: runs it; nothing but what was there before may be there afterwards.
fails() {
  local wanted=$1 text=$2 before status
  shift 2
  before=$(find . | sort)
  # Through pipes: a limit on the size of files must not reach the messages.
  err=$( { "$@" 3>&- | cat >&3; exit "${PIPESTATUS[0]}"; } 2>&1 3>/dev/null)
  status=$?
  expect "exit status of $*" "$wanted" "$status"
  expect "standard error of $*" "$text" "$err"
  expect "files after $*" "$before" "$(find . | sort)"
}
# limited KIB COMMAND...: no file may grow beyond so many KiB, as on a full disk.
limited() { (ulimit -f "$1"; shift; exec "$@"); }

cp "$root/tests/data/cli/small.toml" small.toml
"$program" run small.toml --quiet || { echo "FAILED the good run"; failed=1; }
store=$work/data/breakeven/runs.sqlite

# Files that can't be read.
missing='missing.toml: error: there is no such file
  hint: check the name and the folder'
fails 2 "$missing" "$program" run missing.toml
fails 2 "$missing" "$program" sweep missing.toml --vary plan.pro.fee=1,2
fails 1 "$missing" "$program" check missing.toml
mkdir folder
touch folder/notes.txt
empty='folder: error: the folder holds no .toml file
  hint: name a scenario, or another folder'
fails 2 "$empty" "$program" run folder
fails 2 "$empty" "$program" check folder
fails 2 'folder: error: this is a folder
  hint: name a file' "$program" sweep folder --vary plan.pro.fee=1,2
fails 2 '--set plan.pro.fee=-1: error: plan.pro.fee is -1
  hint: it must be at least 0' "$program" run small.toml --set plan.pro.fee=-1

# A problem of a CSV is shown without a line of the scenario.
printf 'user,n\na,x\n' >folder/usage.csv
sed 's/^median.*/file = "usage.csv"/; s/^sigma.*/column = "n"/; s/"lognormal"/"empirical"/' small.toml >folder/csv.toml
fails 2 'folder/usage.csv:2:3: error: column "n": "x" is not a number
  hint: write a number of at least 0 with a decimal point, or leave the cell empty' "$program" run folder/csv.toml
rm -r folder

# 200 MB in one line: refused without being read. 300 MB of address space hold the program, not the file twice.
large='error: the file is larger than 16 MiB
  hint: is it the right file?'
head -c 200000000 /dev/zero | tr '\0' x >large.toml
(ulimit -v 300000; "$program" --version >/dev/null 2>&1) && space=300000 || space=unlimited  # sanitizers need more
small_space() { (ulimit -v $space; exec "$@"); }
fails 2 "large.toml: $large" small_space "$program" run large.toml
from_pipe() { head -c 200000000 /dev/zero 2>/dev/null | tr '\0' x 2>/dev/null | small_space "$program" run /dev/stdin; }
fails 2 "/dev/stdin: $large" from_pipe
rm large.toml

# No permission to read. Root may read everything, so root becomes nobody for this.
as_user=()
[ "$(id -u)" == 0 ] && as_user=(setpriv --reuid=65534 --regid=65534 --clear-groups)
cp "$program" program
mkdir open closed own
cp small.toml open/shut.toml
cp small.toml closed/
chmod 755 . open program
chmod 777 own
chmod 000 open/shut.toml closed
"${as_user[@]}" ./program run small.toml --quiet --db own/runs.sqlite
fails 2 'open/shut.toml: error: can'\''t be opened: Permission denied
  hint: check its permissions' "${as_user[@]}" ./program run open/shut.toml --db own/runs.sqlite
fails 2 'closed: error: the folder can'\''t be searched: Permission denied
  hint: check its permissions and those of the folders in it' "${as_user[@]}" ./program check closed
fails 3 'open/runs.sqlite: error: the store can'\''t be opened for writing: unable to open database file
  hint: check the folder and its permissions, or name another store with --db' "${as_user[@]}" ./program run small.toml --quiet --db open/runs.sqlite
# A mistyped name makes no store.
fails 2 'own/rums.sqlite: error: there is no such store
  hint: check the name; `run --db` makes a new one' "${as_user[@]}" ./program runs --db own/rums.sqlite
chmod 755 closed
rm -rf open closed own program

# A full disk.
full='hint: no half-written file is left; check the folder and the free space'
fails 3 "out/histogram.csv: error: can't be written: File too large
  $full" limited 40 "$program" export latest --csv out
"$program" export latest --csv tables >/dev/null
rm tables/worlds.csv
mkdir tables/worlds.csv
cksum tables/*.csv 2>/dev/null >before
fails 3 "tables/worlds.csv: error: can't be written: Is a directory
  $full" "$program" export latest --csv tables
expect "tables after a failed export" "$(cat before)" "$(cksum tables/*.csv 2>/dev/null)"
rm -r tables before
fails 3 'new.sqlite: error: the store can'\''t be written: disk I/O error
  hint: check the disk, or name another store with --db' limited 40 "$program" run small.toml --db new.sqlite
runs=$("$program" runs)
fails 3 "$store: error: the store can't be written: disk I/O error
  hint: check the disk, or name another store with --db" limited 40 "$program" run small.toml --quiet --seed 2
expect "the store after a full disk" "$runs" "$("$program" runs)"
fails 3 "/dev/full: error: can't be written: Not a directory
  $full" "$program" run small.toml --quiet --csv /dev/full
"$program" show latest >/dev/full 2>err
expect "status when standard output is full" 3 $?
expect "standard output that is full" 'standard output: error: can'\''t be written
  hint: is the disk full?' "$(cat err)"
"$program" run missing.toml 2>/dev/full
expect "status when standard error is full" 2 $?

# Stores that can't be used.
runs=$("$program" runs)
coproc held { exec "$hold" "$store"; }
read -r -u "${held[0]}" line
expect "the lock" held "$line"
fails 3 "$store: error: another program is writing to the store
  hint: try again when it is done" "$program" run small.toml --quiet --seed 3
eval "exec ${held[1]}>&-"
wait
expect "the store after another program wrote" "$runs" "$("$program" runs)"

cp "$store" newer.sqlite
printf '\0\0\0\143' | dd of=newer.sqlite bs=1 seek=60 conv=notrunc 2>/dev/null  # user_version, at byte 60 of the header
cksum newer.sqlite >before
fails 2 'newer.sqlite: error: the store has format 99, this version reads up to 3
  hint: use a newer Breakeven, or another store with --db' "$program" run small.toml --quiet --db newer.sqlite
expect "the newer store" "$(cat before)" "$(cksum newer.sqlite)"

cp "$store" other.sqlite
printf 'NOPE' | dd of=other.sqlite bs=1 seek=68 conv=notrunc 2>/dev/null  # application_id
cksum other.sqlite >before
fails 2 'other.sqlite: error: this SQLite file is not a Breakeven store
  hint: name another file with --db' "$program" run small.toml --quiet --db other.sqlite
expect "the other program's database" "$(cat before)" "$(cksum other.sqlite)"
fails 2 'small.toml: error: this file is not a Breakeven store
  hint: name another file with --db' "$program" runs --db small.toml
expect "a scenario named as the store" "$(cat "$root/tests/data/cli/small.toml")" "$(cat small.toml)"
fails 2 '.: error: this is a folder, not a store
  hint: name a file with --db' "$program" runs --db .
exit $failed
