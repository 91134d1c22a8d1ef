#!/usr/bin/env bash
# Installs what a build needs: Debian packages and, in .venv, the pinned wheels. Does nothing when all is there.
set -euo pipefail
cd "$(dirname "$0")/.."

packages=$(grep -v '^#' tools/packages.txt)
missing=()
for package in $packages; do
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
if ((${#missing[@]})); then
  echo "installing ${#missing[@]} system packages: ${missing[*]}"
  sudo=""
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { echo "error: run as root, or install sudo" >&2; exit 1; }
    sudo=sudo
  fi
  $sudo apt-get update -qq
  DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

stamp=.venv/.stamp-$(sha256sum tools/requirements.txt | cut -c1-16)
if [ ! -e "$stamp" ]; then
  echo "setting up .venv"
  /usr/bin/python3 -m venv --clear .venv
  .venv/bin/pip install -q --disable-pip-version-check --only-binary=:all: -r tools/requirements.txt
  touch "$stamp"
fi
