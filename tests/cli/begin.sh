# Begins a test of the program: a folder of its own to work in, and ways to compare. To be sourced, after relative paths among
# the arguments have been made absolute.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
export XDG_DATA_HOME=$work/data
failed=0

# expect NAME WANTED GOT
expect() {
  [ "$2" == "$3" ] && return
  printf 'FAILED %s\n--- wanted\n%s\n--- got\n%s\n' "$1" "$2" "$3"
  failed=1
}
# status WANTED COMMAND...: runs it with its output in out and err.
status() {
  local wanted=$1
  shift
  "$@" >out 2>err
  expect "exit status of $*" "$wanted" "$?"
}
