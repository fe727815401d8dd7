#!/usr/bin/env bash
# The newest entry of CHANGELOG.md is of the project's version: changelog_test.sh SOURCE_DIR VERSION
set -euo pipefail

# newest_version: of the first heading "## [1.2.3] - when" on stdin.
newest_version() {
  sed -nE '/^## /{s/^## \[([0-9]+\.[0-9]+\.[0-9]+)\] - (unreleased|[0-9]{4}-[0-9]{2}-[0-9]{2})$/\1/p;q}'
}

# expects VERSION TEXT: what newest_version finds in TEXT.
expects() {
  found=$(newest_version <<<"$2")
  [ "$found" = "$1" ] || { echo "newest_version finds '$found' where '$1' is expected in: $2" && exit 1; }
}

expects 1.2.3 $'# Changelog\n\n## [1.2.3] - unreleased\n\n## [1.2.2] - 2026-01-31'
expects 1.2.2 $'## [1.2.2] - 2026-01-31'
expects '' $'## Unreleased\n\n## [1.2.2] - 2026-01-31'

found=$(newest_version <"$1/CHANGELOG.md")
if [ "$found" != "$2" ]; then
  echo "CMakeLists.txt has version $2, the newest entry of CHANGELOG.md is '$found': give them the same version" && exit 1
fi
