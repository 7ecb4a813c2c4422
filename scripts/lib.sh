# shellcheck shell=bash
# What the scripts of this folder share. Sourced, not run: the caller has set -euo pipefail.

PROME_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf '== %s\n' "$*"; }

die() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}

# A tree that belongs to a user is built by root too (sudo scripts/test, a container with a mounted checkout).
# What root made below build/ is handed back, so that the owner's next build is not refused.
share_build_dir() {
  if [ "$(id -u)" -eq 0 ] && [ -d "$PROME_ROOT/build" ] && [ "$(stat -c %u "$PROME_ROOT")" -ne 0 ]; then
    chown -R --no-dereference --reference="$PROME_ROOT" "$PROME_ROOT/build"
  fi
}

# An earlier run as root in a tree of root's, say, cannot be continued by somebody else.
require_writable_build_dir() {
  local foreign
  mkdir -p "$PROME_ROOT/build" 2>/dev/null || die "cannot write to $PROME_ROOT"
  foreign=$(find "$PROME_ROOT/build" -maxdepth 2 ! -writable -print -quit)
  [ -z "$foreign" ] || die "$foreign belongs to another user: remove it, or run again as that user"
}

# configure_preset PRESET [cmake arguments]: quiet where all is well, the whole output where it is not.
configure_preset() {
  local preset=$1 log
  shift
  require_writable_build_dir
  log=$(mktemp)
  if ! (cd "$PROME_ROOT" && cmake --preset "$preset" "$@") >"$log" 2>&1; then
    cat "$log" >&2
    rm -f "$log"
    die "cmake --preset $preset failed"
  fi
  rm -f "$log"
}
