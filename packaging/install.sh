#!/bin/sh
# Installs feishu-opencode-bridge for you alone, without root, on Linux or macOS:
#
#     curl -fsSL https://github.com/OWNER/REPO/releases/latest/download/install.sh | sh
#
# It downloads the archive for this machine and SHA256SUMS, and installs nothing unless the sum is right and
# the program runs here. INSTALL_PREFIX is where it goes (default: ~/.local), RELEASE_URL where it
# comes from.
set -eu

name=feishu-opencode-bridge
# The release workflow writes the address of its release here.
release=${RELEASE_URL:-@RELEASE_URL@}

fail() {
  echo "install: $*" >&2
  exit 1
}

# Prints the name of this machine's archive, without its ending.
archive_name() {
  system=$(uname -s)
  machine=$(uname -m)
  case $system in
    Linux) system=linux ;;
    Darwin)
      system=macos
      # Under Rosetta, uname says x86_64.
      if [ "$(sysctl -n hw.optional.arm64 2>/dev/null || true)" = 1 ]; then machine=arm64; fi
      ;;
    *) fail "there is no binary for $system: run it from source, see the README" ;;
  esac
  case $machine in
    x86_64 | amd64) machine=x86_64 ;;
    arm64 | aarch64) machine=aarch64 ;;
    *) fail "there is no binary for $machine: run it from source, see the README" ;;
  esac
  echo "$name-$system-$machine"
}

download() { # URL FILE
  if command -v curl >/dev/null; then
    curl -fsSL --retry 2 -o "$2" "$1" || fail "cannot download $1"
  elif command -v wget >/dev/null; then
    wget -q -O "$2" "$1" || fail "cannot download $1"
  else
    fail "curl or wget is needed"
  fi
}

sha256() { # FILE
  if command -v sha256sum >/dev/null; then
    sha256sum <"$1" | cut -d ' ' -f 1
  elif command -v shasum >/dev/null; then
    shasum -a 256 <"$1" | cut -d ' ' -f 1
  else
    fail "sha256sum or shasum is needed"
  fi
}

# Everything is in a function, so that a script of which only a part arrived does nothing.
main() {
  [ -n "${INSTALL_PREFIX:-}${HOME:-}" ] || fail "HOME is not set: set INSTALL_PREFIX to where it shall go"
  case $release in
    *://*) ;;
    *) fail "this script is not that of a release: take it from one, or set RELEASE_URL" ;;
  esac
  prefix=${INSTALL_PREFIX:-$HOME/.local}
  archive=$(archive_name)
  mkdir -p "$prefix" || fail "cannot write to $prefix: set INSTALL_PREFIX to a directory of yours"
  # On the same disk, so that each file is put into its place in one step.
  work=$(mktemp -d "$prefix/.$name.XXXXXX") || fail "cannot write to $prefix"
  trap 'rm -rf "$work"' EXIT
  trap 'exit 1' HUP INT TERM

  echo "downloading $release/$archive.tar.gz"
  download "$release/SHA256SUMS" "$work/SHA256SUMS"
  download "$release/$archive.tar.gz" "$work/archive"
  wanted=$(sed -n "s/^\([0-9a-f]\{64\}\)  $archive\.tar\.gz\$/\1/p" "$work/SHA256SUMS")
  [ -n "$wanted" ] || fail "SHA256SUMS does not name $archive.tar.gz"
  found=$(sha256 "$work/archive")
  [ "$found" = "$wanted" ] ||
    fail "the archive is not what was released: its sha256 is $found, not $wanted. Nothing is installed"

  tar -xzf "$work/archive" -C "$work" || fail "cannot unpack the archive"
  version=$("$work/$archive/bin/$name" --version) ||
    fail "the program does not run on this machine (on Linux, it needs glibc 2.27 or newer)"
  (cd "$work/$archive" && find . -type f) | while read -r file; do
    mkdir -p "$prefix/$(dirname "$file")"
    mv -f "$work/$archive/$file" "$prefix/$file"
  done

  echo "installed $version in $prefix/bin"
  case ":$PATH:" in
    *":$prefix/bin:"*) ;;
    *) echo "put $prefix/bin on your PATH:  export PATH=\"$prefix/bin:\$PATH\"" ;;
  esac
  command -v opencode >/dev/null || echo "it needs opencode:  npm install -g opencode-ai"
  echo "next:  $name start"
}

main
