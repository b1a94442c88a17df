#!/usr/bin/env bash
# @photostructure/sqlite 1.2.1, a stand-in for Node's own node:sqlite on Node 20.
# Expected: a JavaScript number that is bound as a parameter is the double that comes back from a REAL column, as with node:sqlite
# and as SQLite itself stores it: 1e-17 is an ordinary double, far from the smallest one.
# Seen: numbers that are closer to a whole number than about 2e-16 are bound as that whole number, so 1e-17, 4e-17 and 1e-300
# become 0 without a word. The same numbers written into the SQL as text are stored exactly.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --no-audit --no-fund --silent @photostructure/sqlite@1.2.1
cat >look.mjs <<'JS'
import { DatabaseSync } from '@photostructure/sqlite'

const database = new DatabaseSync(':memory:')
database.exec('CREATE TABLE t (v REAL)')
const stored = database.prepare('SELECT v FROM t ORDER BY rowid DESC LIMIT 1')
const insert = database.prepare('INSERT INTO t VALUES (?)')
const seen = [1e-17, 4e-17, 1e-300, 0.1, 2.0000000000000004].map((given) => {
  insert.run(given)
  const bound = stored.get().v
  database.exec(`INSERT INTO t VALUES (${given})`)
  return { given, bound, written: stored.get().v }
})
console.table(seen)
const lost = seen.filter(({ given, bound }) => bound !== given)
const asSeen =
  lost.length === 3 && lost.every(({ bound }) => bound === 0) && seen.every(({ given, written }) => written === given)
process.exit(asSeen ? 0 : 1)
JS
node look.mjs
