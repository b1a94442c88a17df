import { resolve } from 'node:path'
import type { DataverseClient } from '@deltaverse/client'
import { readBulkSupport } from '@deltaverse/dataverse'
import type { CommandContext, CommandResult } from '../../command-line/command-context.js'
import { type Environment, openEnvironment } from '../../environment/open-environment.js'
import { readOrganization } from '../../environment/read-organization.js'
import { estimateCalls } from '../../plan/estimate-calls.js'
import { lookAtKeys } from '../../plan/look-at-keys.js'
import type { PlanEntry } from '../../plan/plan-entry.js'
import { createPlanFile, type PlanHead, type PlanWriter } from '../../plan/plan-file.js'
import { createPlanPage, type PlanPage } from '../../plan/plan-page.js'
import { planPush } from '../../plan/plan-push.js'
import type { PlannedKey, PlanSummary } from '../../plan/plan-summary.js'
import { exitCodes } from '../../program/exit-codes.js'
import { formatCount } from '../../program/format-quantity.js'
import { openKnownRowsOf } from '../../push/known-rows.js'
import { type PreparedPush, preparePush } from '../../push/push-rows.js'
import type { RunPushSettings } from '../push/run-push.js'
import { formatPlan, shownEntries } from './format-plan.js'

export interface PlanSettings {
  readonly push: RunPushSettings
  /** Where the plan goes. */
  readonly output: string | undefined
  readonly html: string | undefined
}

/** Says what a push would do; reads, and writes nothing but the plan. */
export async function runPlan(
  { push: settings, output, html }: PlanSettings,
  context: CommandContext,
): Promise<CommandResult> {
  const environment = await openEnvironment(settings.environment, context)
  try {
    const { client } = environment
    const push = await preparePush(environment, settings, context.signal)
    const keys = await lookAtKeys(client, push.table, settings, context.signal)
    const head = await headOf(client, settings, push, context.signal)
    const file = await createPlanFile(output, head)
    try {
      const page = html === undefined ? undefined : await createPlanPage(html, head)
      try {
        const shown: PlanEntry[] = []
        const summary = await fill({ environment, push, keys, file, page, shown }, context)
        const { counts: plan, calls, withheld, bulk } = summary
        const report = {
          ok: true,
          exitCode: exitCodes.done,
          table: push.table.logicalName,
          plan,
          calls,
          keys,
          bulk,
          ...(withheld !== undefined && { withheld }),
          ...(output !== undefined && { output }),
          ...(html !== undefined && { html }),
        }
        return { report, text: formatPlan({ head, summary, shown, output }) }
      } finally {
        await page?.close()
      }
    } finally {
      await file.close()
    }
  } finally {
    await environment.close()
  }
}

async function headOf(
  client: DataverseClient,
  settings: RunPushSettings,
  { table }: PreparedPush,
  signal: AbortSignal,
): Promise<PlanHead> {
  const { logicalName, entitySetName: entitySet, primaryIdColumn: primaryKey } = table
  const { url, auth, tenantId, clientId, cloud, allowInsecureHttp } = settings.environment
  const { state, deadLetters } = settings
  return {
    version: 1,
    kind: 'push',
    madeAt: new Date().toISOString(),
    organization: await readOrganization(client, signal),
    push: {
      ...settings,
      // How the network is reached is the business of whoever runs the plan, and paths are those of whoever made it.
      environment: { url, auth, tenantId, clientId, cloud, allowInsecureHttp },
      state: resolve(state),
      deadLetters: deadLetters === undefined ? undefined : resolve(deadLetters),
    },
    table: { logicalName, entitySet, primaryKey },
  }
}

interface Work {
  readonly environment: Environment
  readonly push: PreparedPush
  readonly keys: readonly PlannedKey[]
  readonly file: PlanWriter
  readonly page: PlanPage | undefined
  readonly shown: PlanEntry[]
}

async function fill(
  { environment, push, keys, file, page, shown }: Work,
  { terminal, signal }: CommandContext,
): Promise<PlanSummary> {
  const { client, counter } = environment
  const { logicalName } = push.table
  const known = await openKnownRowsOf(client.origin, push)
  let done = 0
  try {
    const add = async (entry: PlanEntry): Promise<void> => {
      done += 1
      if (done % 1_000 === 0) terminal.progress(`${logicalName}: ${formatCount(done)} rows compared`)
      if (entry.do !== 'unchanged' && shown.length < shownEntries) shown.push(entry)
      await file.add(entry)
      await page?.add(entry)
    }
    const withheld = await planPush(push, { environment, known, signal, add })
    const { create, update } = await readBulkSupport(client, logicalName, { signal })
    const bulk = { create, update }
    const { counts, bytes } = file
    const { reads, writes } = counter.counts()
    const calls = estimateCalls(push, { client, counts, bytes, bulk, planning: reads + writes })
    const summary = { counts: { ...counts }, calls, keys, bulk, ...(withheld !== undefined && { withheld }) }
    await file.finish(summary)
    await page?.finish(summary)
    return summary
  } finally {
    await known?.close()
  }
}
