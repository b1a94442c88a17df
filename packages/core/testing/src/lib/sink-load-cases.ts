import type { Row } from '@deltaverse/core'
import type { ContractCase } from './contract-case.js'
import { account, accountRow, checkpoint, deleted, fullRead, idOf, upserted } from './events.js'
import type { SinkHarness } from './sink-harness.js'
import { sinkCase } from './sink-session.js'

const megabyte = 1024 * 1024

/** What a sink has to be able to hold. */
export function sinkLoadCases<Position>(harness: SinkHarness<Position>): readonly ContractCase[] {
  return [
    sinkCase(harness, 'takes 10,000 rows in one write', async (session) => {
      const rows = Array.from({ length: 10_000 }, (_, at) => account(at))
      await session.put(...fullRead(1, rows))
      const even = rows.filter((_, at) => at % 2 === 0)
      const odd = rows.filter((_, at) => at % 2 === 1)
      await session.put(...even.map(({ id }) => deleted(id)), ...odd.slice(-10))
      await session.expectRows(odd, 'after half of them were deleted')
    }),

    sinkCase(harness, 'takes a row of 5 MB', async (session) => {
      const row = account(2, { description: 'äöü 5 MB '.repeat((5 * megabyte) / 12) })
      const position = await session.put(...fullRead(1, [account(1), row, account(3)]))
      await session.restart(position)
      await session.expectRows([account(1), row, account(3)], 'once open again')
    }),

    ...Object.entries(texts).map(([what, text]) =>
      sinkCase(harness, `gives back text with ${what}`, async (session) => {
        const row = account(1, { name: text, description: `${text}${text}` })
        await session.restart(await session.put(row, checkpoint()))
        await session.expectRows([row], 'once open again')
      }),
    ),

    ...Object.entries(values).map(([what, columns]) =>
      sinkCase(harness, `gives back ${what}`, async (session) => {
        await session.restart(await session.put(account(1, columns), account(2)))
        await session.expectRows([account(1, columns), account(2)], 'once open again')
      }),
    ),

    sinkCase(harness, 'takes rows without an etag and ids of all hexadecimal digits', async (session) => {
      const id = '0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0'
      const { '@odata.etag': _, ...row } = accountRow(1)
      const plain = upserted(id, { ...row, accountid: id })
      const rows = [plain, upserted('00000000-0000-0000-0000-000000000000', zeroRow), account(2)]
      await session.restart(await session.put(...rows))
      await session.expectRows(rows, 'once open again')
      await session.put(deleted(id), deleted(idOf(2)))
      await session.expectRows(rows.slice(1, 2), 'after deletions')
    }),
  ]
}

const zeroRow: Row = { accountid: '00000000-0000-0000-0000-000000000000', name: 'All zeros' }

const texts: Readonly<Record<string, string>> = {
  'line breaks, tabs and other control characters': 'one\ntwo\r\nthree\tfour\u0001\u001f\u007f',
  'quotes, backslashes and separators': `"'\`\\ \\n \\\\ , ; | \\. $1 %s {"a":[1]} <!-- -->`,
  'line separators of Unicode': 'one\u2028two\u2029three\u0085four\ufeff',
  'letters of all kinds': 'Ærøskøbing 東京都 Ελλάδα עברית العربية हिन्दी',
  'characters beyond 16 bits and combined ones': '👩‍👩‍👧‍👦 𝄞 e\u0301 é 🇩🇰',
  'nothing in it': '',
  'white space around it': '  name \t',
}

const values: Readonly<Record<string, Row>> = {
  'empty columns': { description: null, revenue: null, _primarycontactid_value: null, createdon: null },
  'numbers of all kinds': {
    numberofemployees: -12,
    revenue: 1234567.8901,
    exchangerate: 1e-10,
    address1_latitude: 0,
  },
  'numbers beyond a double, as text': {
    revenue: '922337203685477.5807',
    versionnumber: '9223372036854775807',
  },
  booleans: { creditonhold: true, donotemail: false },
  'dates and ids': {
    createdon: '2026-01-15T08:30:00Z',
    _primarycontactid_value: '0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0',
  },
  annotations: {
    revenue: 1000,
    'revenue@OData.Community.Display.V1.FormattedValue': '1.000,00 €',
    '_primarycontactid_value@Microsoft.Dynamics.CRM.lookuplogicalname': 'contact',
  },
  'nested values': {
    contact_customer_accounts: [{ contactid: idOf(7), fullname: 'Ada', nested: { deep: [[], {}, [null]] } }],
  },
}
