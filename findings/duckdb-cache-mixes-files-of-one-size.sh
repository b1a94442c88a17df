#!/usr/bin/env bash
# @duckdb/node-api 1.5.6-r.1, hyparquet-writer 0.17.0.
# Expected: a query that begins when a Parquet file has been written again, whole and valid, reads what the file now holds.
# Seen: when the file was written over in place (as hyparquet-writer does), within the same second and to the same size, DuckDB,
# still open, calls it damaged ("Uncompressed data size mismatch"), every time. With its external file cache off (it is on by
# default, and set to validate everything), or with the new file renamed over the old one, the same files are read.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --no-audit --no-fund --silent hyparquet-writer@0.17.0 @duckdb/node-api@1.5.6-r.1
cat >look.mjs <<'JS'
import { renameSync, statSync, utimesSync } from 'node:fs'
import { DuckDBInstance } from '@duckdb/node-api'
import { parquetWriteFile } from 'hyparquet-writer'

const kinds = [
  { data: [28_800_000], type: { type: 'INT32', converted_type: 'TIME_MILLIS' }, text: '08:00:00' },
  { data: ['a', 'b'], type: { type: 'BYTE_ARRAY', converted_type: 'UTF8' }, text: 'a,b' },
]
const second = new Date('2026-01-01T00:00:00Z')

async function readInTurn({ cache = true, rename = false }) {
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  await connection.run(`SET enable_external_file_cache = ${cache}`)
  const seen = { right: 0, wrong: 0, refused: 0 }
  const sizes = new Set()
  for (let turn = 0; turn < 10; turn++) {
    const { data, type, text } = kinds[turn % 2]
    const schema = [{ name: 'root', num_children: 1 }, { name: 'c', repetition_type: 'OPTIONAL', ...type }]
    const filename = rename ? 'next.parquet' : 'table.parquet'
    parquetWriteFile({ filename, columnData: [{ name: 'c', data }], schema })
    utimesSync(filename, second, second)
    if (rename) renameSync(filename, 'table.parquet')
    sizes.add(statSync('table.parquet').size)
    try {
      const answer = await connection.runAndReadAll("SELECT c::VARCHAR AS c FROM 'table.parquet'")
      const found = answer.getRowObjectsJson().map(({ c }) => c).join()
      seen[found === text ? 'right' : 'wrong'] += 1
    } catch (error) {
      seen.refused += 1
      seen.message = error.message.replace(/"[^"]*"/, '…')
    }
  }
  return { ...seen, sizes: [...sizes] }
}

// Ten files of one size and one second, one after the other.
const inPlace = await readInTurn({})
const withoutCache = await readInTurn({ cache: false })
const renamed = await readInTurn({ rename: true })
console.log({ inPlace, withoutCache, renamed })
const asSeen =
  inPlace.sizes.length === 1 && inPlace.refused === 5 && withoutCache.right === 10 && renamed.right === 10
process.exit(asSeen ? 0 : 1)
JS
node look.mjs
