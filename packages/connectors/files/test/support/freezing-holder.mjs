// A process that brings changes into files under a lease and freezes at the nth file operation behind it, until it is woken.
import { createFileCheckpointStore } from '@deltaverse/checkpoint-stores'
import { nodeFiles } from '@deltaverse/durable-files'
import { interceptFiles } from '@deltaverse/durable-files/testing'
import { createFileSink } from '@deltaverse/files'
import { account, checkpoint, deleted, idOf, syncState } from '@deltaverse/testing'

const { directory, mode, freezeAt } = JSON.parse(process.argv[2])

let calls
const files = interceptFiles(nodeFiles, () => {
  if (calls === undefined) return
  calls += 1
  if (calls !== freezeAt) return
  process.stdout.write('frozen\n')
  process.kill(process.pid, 'SIGSTOP')
})

const steps = [
  [account(1, {}, 2), deleted(idOf(2)), account(5), checkpoint({ issuedAt: '2026-01-01T00:00:01Z' })],
  [account(1, {}, 3), account(6), checkpoint({ issuedAt: '2026-01-01T00:00:02Z' })],
]

const checkpoints = createFileCheckpointStore({ directory, files })
const sink = createFileSink({ directory, name: 'accounts', mode, files })
try {
  const lease = await checkpoints.acquire('accounts')
  calls = 0
  const stored = await checkpoints.load('accounts')
  await sink.open(stored.state.position, { lease })
  let { revision } = stored
  for (const events of steps) {
    await sink.write(events)
    const position = await sink.commit()
    const state = syncState({ position, checkpoint: events.at(-1).checkpoint })
    revision = await checkpoints.save('accounts', state, revision)
  }
  await sink.close()
  await lease.release()
  process.stdout.write('done\n')
} catch (error) {
  await sink.close().catch(() => undefined)
  process.stdout.write(`${error.code}\n`)
}
