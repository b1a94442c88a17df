import { type Emulator, type LoggedRequest, startEmulator } from '@deltaverse/emulator'
import type { VirtualClock } from '@deltaverse/testing'
import { createSeededRandom } from '@deltaverse/testing'
import { createVersionBook, type KnownRow, type RowValues, type VersionBook } from '@deltaverse/testing/crash'
import type { Interference, Scenario } from '../scenario.js'
import { armFaults } from './faults.js'
import { entitySet, idOfSlot, itemTable, primaryKey, selections, slotOfId } from './item-table.js'
import { createWriter } from './writer.js'

/** The service that a scenario's sync reads from: an emulator, and somebody who writes while it is read. */
export interface Service {
  readonly url: string
  readonly book: VersionBook
  /** The rows of the table now, straight from the emulator's store. */
  rows(): readonly KnownRow[]
  /** Counts the environments that were here: one more with each restore. */
  readonly environment: number
  /** Called at each request, before it has any effect. */
  onRequest: (() => void) | undefined
  /** What was asked since the turn began, and how it was answered. */
  requests(): readonly LoggedRequest[]
  /** Begins a turn: what the faults of it are, and whether the table changes while it is read. */
  begin(turn: number, calm: boolean): void
  interfere(what: Interference): Promise<void>
  close(): Promise<void>
}

export async function startService(scenario: Scenario, time: VirtualClock): Promise<Service> {
  const book = createVersionBook()
  let environment = 1
  let calm = true
  let requestsBefore = 0
  let port = 0
  const start = (rows: readonly KnownRow[]): Promise<Emulator> => {
    const { seed, service: options } = scenario
    return startEmulator({
      port,
      seed: 1 + (seed % 1000),
      tables: [itemTable],
      rows: { [entitySet]: rows.map(({ id, values }) => ({ [primaryKey]: id, ...values })) },
      clock: time.now,
      compression: options.compression,
      maxPageSize: options.pageSize,
      changeTracking: {
        watermark: options.watermark,
        order: options.order,
        expiry: options.expiry,
        unknownToken: options.unknownToken,
        otherColumns: options.otherColumns,
      },
      wait: async () => {},
      authorize() {
        service.onRequest?.()
        if (!calm) writer.perhaps()
        return true
      },
    })
  }
  let emulator = await start([])
  if (scenario.turns.some(({ before }) => before.includes('restore'))) growOld(emulator)
  port = Number(new URL(emulator.url).port)
  const view = () => emulator.table(entitySet)
  let filled = new Set<number>()
  const writer = createWriter({
    random: createSeededRandom(scenario.seed, 'writer'),
    slots: scenario.slots,
    pageSize: scenario.service.pageSize,
    writesPerRequest: scenario.writesPerRequest,
    filled: () => [...filled].sort((one, other) => one - other),
    create(slot, values) {
      view().create({ [primaryKey]: idOfSlot(slot), ...values })
      filled.add(slot)
      note(idOfSlot(slot))
    },
    update(slot, values) {
      view().update(idOfSlot(slot), values)
      note(idOfSlot(slot))
    },
    remove(slot) {
      view().remove(idOfSlot(slot))
      filled.delete(slot)
      book.deleted(idOfSlot(slot))
    },
  })
  function note(id: string): void {
    const row = view().get(id)
    if (row !== undefined) book.written(knownRow(row))
  }
  writer.fill(scenario.rows)
  // What a restore goes back to: the table as it was some time ago.
  let backup: readonly KnownRow[] = view().rows().map(knownRow)

  const service: Service = {
    url: emulator.url,
    book,
    rows: () => view().rows().map(knownRow),
    get environment() {
      return environment
    },
    onRequest: undefined,
    requests() {
      const { requests, requestCount } = emulator
      return requests.slice(requests.length - (requestCount - requestsBefore))
    },
    begin(turn, isCalm) {
      calm = isCalm
      requestsBefore = emulator.requestCount
      emulator.faults.clear()
      if (!isCalm) armFaults(emulator.faults, scenario, createSeededRandom(scenario.seed, `faults ${turn}`))
    },
    async interfere(what) {
      if (what === 'expire') emulator.deltaTokens.expireAll()
      else if (what === 'age') time.advance(8 * 86_400_000)
      else if (what === 'burst') writer.burst()
      else if (what === 'back-up') backup = view().rows().map(knownRow)
      else if (what === 'restore') {
        for (const { id } of service.rows()) book.deleted(id)
        await emulator.close()
        emulator = await start(backup)
        environment += 1
        requestsBefore = 0
        for (const { id } of backup) note(id)
        filled = new Set(backup.map(({ id }) => slotOfId(id)))
        // What was handed out before is from the future or expired: nobody could tell it from what was handed out since.
        emulator.deltaTokens.expireAll()
      }
    },
    close: () => emulator.close(),
  }
  return service
}

/** Lets row versions grow, so that those of an environment that is restored later stay far behind. */
function growOld(emulator: Emulator): void {
  const notes = emulator.table('annotations')
  const id = notes.create({ subject: 'grows old' })
  for (let count = 0; count < 400; count += 1) notes.update(id, { subject: `grows old ${count}` })
}

function knownRow(row: Readonly<Record<string, unknown>>): KnownRow {
  const values: Record<string, string | number> = {}
  for (const column of selections.wide) values[column] = row[column] as RowValues[string]
  return { id: String(row[primaryKey]), version: String(row.versionnumber), values }
}
