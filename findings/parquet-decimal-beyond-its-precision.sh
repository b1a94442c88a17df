#!/usr/bin/env bash
# hyparquet-writer 0.17.0, @duckdb/node-api 1.5.6-r.1.
# Expected: 1234.5 in a column DECIMAL(3,1), which holds 99.9 at most, is refused, by the writer or by the reader at the latest.
# Seen: the writer takes it (it does refuse an INT32 that is too large), and DuckDB reads it as a DECIMAL(3,1) of 1234.5; only a
# cast to a wider type and back tells. So a precision that is too small in the schema is found by nobody.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --no-audit --no-fund --silent hyparquet-writer@0.17.0 @duckdb/node-api@1.5.6-r.1
cat >look.mjs <<'JS'
import { DuckDBInstance } from '@duckdb/node-api'
import { parquetWriteFile } from 'hyparquet-writer'

const decimal = { name: 'c', repetition_type: 'OPTIONAL', type: 'INT32', converted_type: 'DECIMAL', precision: 3, scale: 1 }
parquetWriteFile({
  filename: 'decimal.parquet',
  columnData: [{ name: 'c', data: [12_345n] }],
  schema: [{ name: 'root', num_children: 1 }, decimal],
})
let whole = 'taken'
try {
  parquetWriteFile({ filename: 'whole.parquet', columnData: [{ name: 'c', type: 'INT32', data: [2 ** 31] }] })
} catch (error) {
  whole = error.message
}
const connection = await (await DuckDBInstance.create(':memory:')).connect()
const ask = async (sql) => {
  try {
    return (await connection.runAndReadAll(sql)).getRowObjectsJson()[0]
  } catch (error) {
    return error.message.split('\n')[0]
  }
}
const read = await ask("SELECT typeof(c) AS type, c::VARCHAR AS text FROM 'decimal.parquet'")
const cast = await ask("SELECT c::DECIMAL(9,1)::DECIMAL(3,1)::VARCHAR AS text FROM 'decimal.parquet'")
console.log({ read, cast, whole })
const asSeen = read.type === 'DECIMAL(3,1)' && read.text === '1234.5' && whole !== 'taken' && typeof cast === 'string'
process.exit(asSeen ? 0 : 1)
JS
node look.mjs
