#!/usr/bin/env bash
# Makes .venv-peers, the environment of the programs that `make bench-peers` compares with. Needs Java
# for h2o: installs Debian's when there is none. Does nothing when all is there.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! command -v java >/dev/null; then
  echo "installing Java for h2o"
  sudo=""
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { echo "error: run as root, or install sudo" >&2; exit 1; }
    sudo=sudo
  fi
  $sudo apt-get update -qq
  DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends openjdk-17-jre-headless >/dev/null
fi

stamp=.venv-peers/.stamp-$(sha256sum tools/requirements-peers.txt | cut -c1-16)
if [ ! -e "$stamp" ]; then
  echo "setting up .venv-peers (PyTorch is large: about 3 GB are fetched)"
  [ -x .venv-peers/bin/pip ] || /usr/bin/python3 -m venv .venv-peers
  # h2o comes as a source package (its Java program inside); everything else as wheels.
  .venv-peers/bin/pip install -q --disable-pip-version-check --only-binary=:all: --no-binary=h2o \
    -r tools/requirements-peers.txt
  rm -f .venv-peers/.stamp-*
  touch "$stamp"
fi
.venv-peers/bin/python - <<'PY'
import torch
loss = torch.nn.Linear(4, 2)(torch.ones(3, 4)).sum()
loss.backward()
print(f"peers: PyTorch {torch.__version__}, ready in .venv-peers")
PY
