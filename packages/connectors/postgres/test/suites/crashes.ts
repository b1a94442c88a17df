import { isDataverseError } from '@deltaverse/core'
import { createPostgresSink, type PostgresSinkOptions } from '@deltaverse/postgres'
import { account, complete, deleted, idOf, reset } from '@deltaverse/testing'
import { describe, expect, it } from 'vitest'
import { accountColumns } from '../support/account-table.js'
import { type Fate, interceptPool } from '../support/intercepted-pool.js'
import { replay } from '../support/replay.js'
import type { TestDatabase } from '../support/test-database.js'

const commits = [
  [reset(1), account(1), account(2), account(3), account(5), complete(1, 4)],
  [reset(2), account(1, {}, 2), account(5)],
  [account(6), deleted(idOf(5)), complete(2, 3), account(1, {}, 3), account(7)],
]
const left = [
  [idOf(1), '3001'],
  [idOf(6), '1006'],
  [idOf(7), '1007'],
].sort()

/** The connection dies around every single statement, and the next run goes on. */
export function crashTests(database: TestDatabase): void {
  describe('when the connection dies', () => {
    for (const resync of ['in-place', 'at-end'] as const) {
      it(`ends in the same rows and applies each change once, at whichever statement (${resync})`, async () => {
        const undisturbed = await runThrough(database, { resync }, () => 'lives')
        expect(undisturbed.rows).toEqual(left)
        expect(undisturbed.statements.length).toBeGreaterThan(40)
        const doomedOnes = deaths(undisturbed.statements).filter(
          // What both ways of full reads do is looked at once.
          ({ statement }) => resync === 'in-place' || /deltaverse_next|COMMIT/.test(statement),
        )
        expect(doomedOnes.length).toBeGreaterThan(10)
        for (const { doomed, fate } of doomedOnes) {
          const run = await runThrough(database, { resync }, (number) => (number === doomed ? fate : 'lives'))
          const where = `${fate} statement ${doomed}: ${undisturbed.statements[doomed]}`
          expect(run.failures, where).toBe(1)
          expect(run.rows, where).toEqual(undisturbed.rows)
          expect(run.applied, where).toEqual(undisturbed.applied)
        }
      }, 60_000)
    }
  })

  describe('when the server crashes', () => {
    it('goes on where the last commit was', async () => {
      const schema = database.freshSchema()
      const sink = createPostgresSink({
        pool: database.pool,
        schema,
        table: 'accounts',
        columns: accountColumns,
      })
      await replay(sink, 'accounts', commits.slice(0, 2))
      const stored = await sink.loadState('accounts')
      await sink.open(stored?.state.position)
      await sink.write([deleted(idOf(1)), account(8)])
      await database.server.crashAndRestart()
      await expect(sink.commit()).rejects.toMatchObject({ code: 'sink-failed', retryable: true })
      await replay(sink, 'accounts', commits)
      expect(await readVersions(database, schema)).toEqual(left)
    })
  })
}

/**
 * In front of each statement, the last of those that are the same, and behind each COMMIT: behind any other, death is the same
 * as in front of the next.
 */
function deaths(statements: readonly string[]): { statement: string; doomed: number; fate: Fate }[] {
  return statements.flatMap((statement, doomed) => [
    ...(statements.lastIndexOf(statement) === doomed
      ? [{ statement, doomed, fate: 'dies-before' as const }]
      : []),
    ...(statement === 'COMMIT' ? [{ statement, doomed, fate: 'dies-after' as const }] : []),
  ])
}

interface Run {
  readonly rows: readonly (readonly unknown[])[]
  readonly applied: readonly unknown[]
  readonly statements: readonly string[]
  readonly failures: number
}

async function runThrough(
  database: TestDatabase,
  options: Partial<PostgresSinkOptions>,
  decide: (number: number) => Fate,
): Promise<Run> {
  const schema = database.freshSchema()
  await createAuditedTable(database, schema)
  const statements: string[] = []
  let failures = 0
  const pool = interceptPool(database, (statement) => {
    statements.push(statement)
    return decide(statements.length - 1)
  })
  for (;;) {
    const sink = createPostgresSink({ pool, schema, table: 'accounts', columns: [nameColumn], ...options })
    try {
      await replay(sink, 'accounts', commits)
      break
    } catch (error) {
      if (!isDataverseError(error) || error.code !== 'sink-failed' || !error.retryable) throw error
      failures += 1
    } finally {
      await sink.close()
    }
  }
  const applied = await database.query(
    `SELECT operation, id, version, name FROM ${schema}.audit ORDER BY operation, id, version, name`,
  )
  const rows = await readVersions(database, schema)
  await database.query(`DROP SCHEMA ${schema} CASCADE`)
  return { rows, applied, statements, failures }
}

const nameColumn = { member: 'name', type: 'text' } as const

/** A table whose every change is written down, in the transaction that makes it. */
async function createAuditedTable({ query }: TestDatabase, schema: string): Promise<void> {
  await query(`
    CREATE SCHEMA ${schema};
    CREATE TABLE ${schema}.accounts (id uuid PRIMARY KEY, row_version bigint, epoch integer NOT NULL, name text);
    CREATE TABLE ${schema}.audit (operation text, id uuid, version bigint, name text);
    CREATE FUNCTION ${schema}.audit() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO ${schema}.audit
        VALUES (TG_OP, coalesce(NEW.id, OLD.id), coalesce(NEW.row_version, OLD.row_version), NEW.name);
      RETURN NULL;
    END $$;
    CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON ${schema}.accounts
      FOR EACH ROW EXECUTE FUNCTION ${schema}.audit()`)
}

async function readVersions({ query }: TestDatabase, schema: string): Promise<unknown[][]> {
  const rows = await query(`SELECT id::text, row_version::text FROM ${schema}.accounts ORDER BY id`)
  return rows.map(({ id, row_version: version }) => [id, version])
}
