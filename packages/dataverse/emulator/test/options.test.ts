import { describe, expect, it } from 'vitest'
import { createVirtualTime, type EmulatorOptions, startEmulator } from '../src/index.js'
import { send } from './support/api.js'
import { things } from './support/things.js'

describe('startEmulator()', () => {
  it.each<[options: unknown, message: string]>([
    ['a port', "options is an object: got 'a port'"],
    [{ port: '80' }, "port is a number from 0 to 65535: got '80'"],
    [{ host: 127 }, 'host is text: got 127'],
    [{ tables: {} }, 'tables is a list of table definitions: got object'],
    [{ tables: ['account'] }, "tables[0] is an object: got 'account'"],
    [{ tables: [{ columns: [] }] }, 'tables[0].logicalName is text: got undefined'],
    [{ tables: [{ logicalName: 'new_thing' }] }, "columns of table 'new_thing' is a list of columns"],
    [{ tables: [{ logicalName: 'a', columns: ['name'] }] }, "tables[0].columns[0] is an object: got 'name'"],
    [
      { tables: [{ logicalName: 'a', columns: [{ type: 'string' }] }] },
      'tables[0].columns[0].logicalName is text',
    ],
    [
      { tables: [things, { logicalName: 'a', columns: [{ logicalName: 'b', type: 'text' }] }] },
      "tables[1].columns[0].type of column 'b' of table 'a' is one of uniqueidentifier, string,",
    ],
    [{ tables: [{ logicalName: 'a', columns: [{ logicalName: 'b' }] }] }, 'tables[0].columns[0].type'],
    [{ tables: [{ logicalName: 'a', columns: [{ logicalName: 'b', type: 'toString' }] }] }, "got 'toString'"],
    [
      { tables: [{ logicalName: 'a', ownership: 'Mine', columns: [] }] },
      "tables[0].ownership of table 'a' is one of UserOwned, OrganizationOwned, BusinessOwned, None: got 'Mine'",
    ],
    [
      {
        tables: [
          { logicalName: 'a', columns: [{ logicalName: 'b', type: 'datetime', dateTimeBehavior: 'Local' }] },
        ],
      },
      "tables[0].columns[0].dateTimeBehavior of column 'b' of table 'a' is one of UserLocal,",
    ],
    [
      {
        tables: [
          { logicalName: 'a', columns: [], keys: [{ logicalName: 'k', columns: [], indexStatus: 'On' }] },
        ],
      },
      "tables[0].keys[0].indexStatus of key 'k' of table 'a' is one of Pending,",
    ],
    [
      {
        tables: [
          {
            logicalName: 'a',
            columns: [
              { logicalName: 'b', type: 'lookup', targets: [{ table: 'account', onDelete: 'keep' }] },
            ],
          },
        ],
      },
      "tables[0].columns[0].targets[0].onDelete of column 'b' of table 'a' is one of cascade,",
    ],
    [{ numbersInFilterLists: true }, 'numbersInFilterLists is one of refused, taken: got true'],
    [{ rows: [] }, 'rows is an object: got a list'],
    [
      { rows: { accounts: 'x' } },
      'rows.accounts is a list of rows, or makes some one after the other: got string',
    ],
    [{ rows: { accounts: { name: 'x' } } }, 'rows.accounts is a list of rows'],
    [{ stateDirectory: 5 }, 'stateDirectory is text: got 5'],
    [{ limits: 6_000 }, 'limits is an object: got 6000'],
    [{ limits: { request: 5 } }, "limits has no member 'request'; it knows requests,"],
    [{ limits: { requests: '5' } }, "limits.requests is a number of 1 or more: got '5'"],
    [{ limits: { windowMs: null } }, 'limits.windowMs is a number of more than 0: got null'],
    [{ limits: { saturation: '16' } }, 'limits.saturation is a number of more than 0: got 16'],
    [{ limits: { dopHint: '16' } }, "limits.dopHint is a number of 1 or more: got '16'"],
    [{ limits: { cost: 20 } }, 'limits.cost is an object: got 20'],
    [{ limits: { cost: { rowsMs: 2 } } }, "limits.cost has no member 'rowsMs'; it knows requestMs, rowMs"],
    [{ limits: { cost: { rowMs: '2' } } }, "limits.cost.rowMs is a number of 0 or more: got '2'"],
    [{ clock: 5 }, 'clock is a function: got 5'],
    [{ seed: 'a' }, "seed is a number of 0 or more: got 'a'"],
    [{ requireAuthorization: 'yes' }, "requireAuthorization is true or false: got 'yes'"],
    [{ authorize: 'Bearer x' }, "authorize is a function: got 'Bearer x'"],
    [{ changeTracking: 'error' }, "changeTracking is an object: got 'error'"],
    [
      { changeTracking: { refuseExpand: 'false' } },
      "changeTracking.refuseExpand is true or false: got 'false'",
    ],
    [
      { changeTracking: { lostWithAnnotations: 1 } },
      'changeTracking.lostWithAnnotations is true or false: got 1',
    ],
    [
      { changeTracking: { expireOnSchemaChange: 0 } },
      'changeTracking.expireOnSchemaChange is true or false: got 0',
    ],
    [{ links: 'lower' }, "links is an object: got 'lower'"],
    [{ links: { organizationSegment: 5 } }, 'links.organizationSegment is text: got 5'],
    [{ countByteOrderMark: 'false' }, "countByteOrderMark is true or false: got 'false'"],
    [{ compression: 0 }, 'compression is true or false: got 0'],
    [{ historyLimit: '5' }, "historyLimit is a number of 0 or more: got '5'"],
    [{ wait: 5 }, 'wait is a function: got 5'],
  ])('refuses %j before anything listens', async (options, message) => {
    const started = startEmulator(options as EmulatorOptions)
    await expect(started).rejects.toThrow(TypeError)
    await expect(started).rejects.toThrow(message)
  })

  it.each<[limits: EmulatorOptions['limits'], message: string]>([
    [{ requests: 0 }, 'limits.requests is a number of 1 or more: got 0'],
    [{ servers: 1.5 }, 'limits.servers is a whole number: got 1.5'],
    [{ saturation: 0 }, 'limits.saturation is a number of more than 0: got 0'],
    [{ dopHint: 0 }, 'limits.dopHint is a number of 1 or more: got 0'],
    [{ pushPenaltySeconds: -1 }, 'limits.pushPenaltySeconds is a number of 0 or more: got -1'],
    [{ cost: { rowMs: -1 } }, 'limits.cost.rowMs is a number of 0 or more: got -1'],
  ])('refuses limits of %j', async (limits, message) => {
    await expect(startEmulator({ limits })).rejects.toThrow(new RangeError(message))
  })

  it.each<[limits: EmulatorOptions['limits'], message: string]>([
    [
      { cost: () => Number.NaN },
      'limits.cost() of GET /api/data/v9.2/WhoAmI is a number of 0 or more: got NaN',
    ],
    [{ dopHint: () => 0 }, 'is a number of 1 or more: got 0'],
    [{ saturation: () => -1, dopHint: 4 }, 'is a number of more than 0: got -1'],
  ])('answers with what is wrong with the results of %j', async (limits, message) => {
    await using emulator = await startEmulator({ limits })
    const answer = await send(emulator, 'GET', 'WhoAmI')
    expect(answer.status).toBe(500)
    expect(JSON.stringify(answer.json)).toContain(message)
    expect(emulator.limits?.snapshot().windows[0]?.active).toBe(0)
  })
})

it('createVirtualTime() refuses what is no time', () => {
  expect(() => createVirtualTime({ startMs: '2026' as unknown as number })).toThrow(
    new TypeError("startMs is a number of 0 or more: got '2026'"),
  )
  expect(() => createVirtualTime({ quietMs: -1 })).toThrow(RangeError)
})
