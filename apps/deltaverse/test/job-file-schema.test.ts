import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Ajv, type ValidateFunction } from 'ajv'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { loadJobFileSchema } from '../src/job-file/load-job-file-schema.js'
import { readJobFile } from '../src/job-file/read-job-file.js'

const schemaFile = createRequire(import.meta.url).resolve('deltaverse/schema.json')
const examples = fileURLToPath(new URL('../../../examples', import.meta.url))
const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
let validate: ValidateFunction
let cwd = ''

beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'deltaverse-schema-'))
  validate = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(
    JSON.parse(readFileSync(schemaFile, 'utf8')),
  )
})
afterAll(() => rmSync(cwd, { recursive: true, force: true }))

/** What the program says of a text; nothing where it takes it. */
async function refusal(text: string): Promise<string | undefined> {
  const path = join(cwd, 'deltaverse.yaml')
  writeFileSync(path, text)
  return await readJobFile(path, new Proxy({}, { get: () => 'http://127.0.0.1:8088' })).then(
    () => undefined,
    (error: Error) => error.message.replace(`${path}, `, ''),
  )
}

const full = `
$schema: ./node_modules/deltaverse/deltaverse.schema.json
connections:
  crm:
    dataverse: "\${env:CRM_URL}"
    auth: client-secret
    ca: ca.pem
    headersTimeoutSeconds: 60
  lake: { files: ./data, rotate: { daily: true } }
  db: { postgres: postgres://localhost/crm, schema: crm }
limits: { jobs: 2, requests: 8, share: 0.7, tables: 2 }
jobs:
  out:
    pull:
      from: crm
      tables:
        account: { columns: [name], mode: full-copy, labels: true, primaryKey: accountid }
        contact:
        large: { query: "accounts?$select=name&$filter=revenue gt 1000000" }
      labels: true
      lookups: tables
      annotations: "*"
      pageSize: 500
    to: { files: lake, mode: mirror, lines: rows }
    every: 15m
    cron: { at: "0 2 * * *", timeZone: Europe/Berlin }
    maxDeleteShare: 0.1
  in:
    after: [out]
    push: { from: { csv: ./e.csv, delimiter: ";" }, to: crm, table: contact, key: [employeeid], strategy: batch, tag: nightly }
    columns:
      employeeid: Employee ID
      parentcustomerid: { from: Company, find: account.accountnumber }
      department: { value: Import }
    missing: deactivate
    cron: "*/5 * * * *"
`

describe('the JSON Schema of job files', () => {
  it('is in the package as the declarations make it', async () => {
    const { $schema: _, title: __, ...schema } = JSON.parse(readFileSync(schemaFile, 'utf8'))
    expect(schema, 'run node scripts/write-job-schema.mjs').toEqual(
      JSON.parse(JSON.stringify(await loadJobFileSchema())),
    )
  })

  it('takes every example, what the README shows, and everything that there is', async () => {
    const files = readdirSync(examples, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.yaml'))
      .map((file) => readFileSync(join(examples, file), 'utf8'))
    const shown = [...readme.matchAll(/```yaml\n(.*?)```/gs)].map(([, text = '']) => text)
    expect(files.length).toBeGreaterThan(2)
    for (const text of [...files, ...shown.filter((each) => each.includes('jobs:')), full]) {
      expect(validate(parse(text)), JSON.stringify(validate.errors)).toBe(true)
      expect(await refusal(text)).toBeUndefined()
    }
  })

  it.each([
    [
      'a member that is none',
      'labels: true\n      lookups',
      'label: true\n      lookups',
      /line 20, column 7: jobs.out.pull has no member label; did you mean labels\?/,
    ],
    [
      'an option of a table that is none',
      'primaryKey',
      'primarKey',
      /jobs.out.pull.tables.account has no member primarKey; did you mean primaryKey\?/,
    ],
    [
      'an option of a sink that is none',
      'rotate:',
      'rotat:',
      /connections.lake has no member rotat; did you mean rotate\?/,
    ],
    [
      'an option of another connector',
      'schema: crm }',
      'rotate: { daily: true } }',
      /connections.db has no member rotate/,
    ],
    [
      'an option of a writer that is none',
      'strategy: batch',
      'strategi: batch',
      /jobs.in.push has no member strategi; did you mean strategy\?/,
    ],
    [
      'a value of the wrong kind',
      'pageSize: 500',
      'pageSize: many',
      /line 23, column 17: jobs.out.pull.pageSize has to be integer/,
    ],
    [
      'a value that is none of those there are',
      'lookups: tables',
      'lookups: all',
      /jobs.out.pull.lookups is one of ids, tables, names/,
    ],
    [
      'a way to read that is none',
      'mode: full-copy',
      'mode: copy',
      /tables.account.mode is one of tracked, full-copy, modified-since/,
    ],
    [
      'a mode that the sink does not have',
      'mode: mirror',
      'mode: mirrored',
      /jobs.out.to.mode is one of log, mirror/,
    ],
    [
      'a query that is misspelt',
      '{ query:',
      '{ qery:',
      /jobs.out.pull.tables.large has no member qery; did you mean query\?/,
    ],
    ['a time that is none', 'every: 15m', 'every: 15 minutes', /jobs.out.every does not take "15 minutes"/],
    ['no times at all', 'every: 15m', 'every: 0m', /jobs.out.every does not take "0m"/],
    ['a share above 1', 'maxDeleteShare: 0.1', 'maxDeleteShare: 10', /jobs.out.maxDeleteShare must be <= 1/],
    ['a limit of nothing', 'requests: 8', 'requests: 0', /limits.requests must be >= 1/],
    [
      'a look-up without a column',
      'find: account.accountnumber',
      'find: account',
      /find does not take "account"/,
    ],
    [
      'a column from nowhere',
      '{ value: Import }',
      '{ label: true }',
      /jobs.in.columns.department lacks (?:from|value)/,
    ],
    ['a job without a sink', 'to: { files: lake, mode: mirror, lines: rows }', '', /jobs.out lacks to/],
    ['a push without a key', 'key: [employeeid], ', '', /jobs.in.push lacks key/],
    ['a file without jobs', /jobs:\n[\s\S]*/, '', /the file lacks jobs/],
    ['a list in place of a name', 'to: crm,', 'to: [crm],', /jobs.in.push.to has to be string/],
  ])('refuses %s, as the program does', async (_, before, after, message) => {
    const text = full.replace(before, after)
    expect(text).not.toBe(full)
    expect(validate(parse(text))).toBe(false)
    expect(await refusal(text)).toMatch(message)
  })
})
