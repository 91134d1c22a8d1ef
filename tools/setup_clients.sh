#!/usr/bin/env bash
# Makes .venv-clients, the environment of the unmodified h2o clients that the acceptance tests drive the
# server with (no Java is needed), and beside it the release before. Does nothing when all is there.
set -euo pipefail
cd "$(dirname "$0")/.."

older=3.46.0.11
stamp=.venv-clients/.stamp-$( (cat tools/requirements-clients.txt; echo "$older") | sha256sum | cut -c1-16)
if [ ! -e "$stamp" ]; then
  echo "setting up .venv-clients"
  [ -x .venv-clients/bin/pip ] || /usr/bin/python3 -m venv .venv-clients
  # This h2o comes as a source package; the older one, which has none, and everything else as wheels.
  .venv-clients/bin/pip install -q --disable-pip-version-check --only-binary=:all: --no-binary=h2o \
    -r tools/requirements-clients.txt
  rm -rf .venv-clients/h2o-*
  .venv-clients/bin/pip install -q --disable-pip-version-check --no-deps --only-binary=:all: \
    --target ".venv-clients/h2o-$older" "h2o==$older"
  # The Java program inside the packages (300 MB each) is of no use here.
  find .venv-clients -name h2o.jar -delete
  rm -f .venv-clients/.stamp-*
  touch "$stamp"
fi
