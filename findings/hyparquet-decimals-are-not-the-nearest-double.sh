#!/usr/bin/env bash
# hyparquet 1.31.5 (reader), hyparquet-writer 0.17.0, @duckdb/node-api 1.5.6-r.1.
# Expected: a DECIMAL(18,4) read into a JavaScript number is the double nearest to its digits, so that it prints as them:
# 123.4567 and -0.0001 (both have few digits, far below what a double holds).
# Seen: the reader multiplies by 10^-4, which no double is, and gives 123.45669999999998 and -0.00009999999999999999. The
# file is right: DuckDB reads the digits that were written.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --no-audit --no-fund --silent hyparquet@1.31.5 hyparquet-writer@0.17.0 @duckdb/node-api@1.5.6-r.1
cat >look.mjs <<'JS'
import { DuckDBInstance } from '@duckdb/node-api'
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet'
import { parquetWriteFile } from 'hyparquet-writer'

parquetWriteFile({
  filename: 'prices.parquet',
  columnData: [{ name: 'price', data: [1_234_567n, -1n] }],
  schema: [
    { name: 'root', num_children: 1 },
    { name: 'price', repetition_type: 'OPTIONAL', type: 'INT64', converted_type: 'DECIMAL', precision: 18, scale: 4 },
  ],
})
const rows = await parquetReadObjects({ file: await asyncBufferFromFile('prices.parquet') })
const read = rows.map(({ price }) => String(price))
const connection = await (await DuckDBInstance.create(':memory:')).connect()
const answer = await connection.runAndReadAll("SELECT price::VARCHAR AS price FROM 'prices.parquet'")
const written = answer.getRowObjectsJson().map(({ price }) => price)
console.log({ written, read })
const asSeen = written.join() === '123.4567,-0.0001' && read.join() === '123.45669999999998,-0.00009999999999999999'
process.exit(asSeen ? 0 : 1)
JS
node look.mjs
