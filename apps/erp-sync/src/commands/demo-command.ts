import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { startEmulator } from '@deltaverse/emulator'
import { productsAfter } from '../lib/night.js'
import { writeNightFile } from '../lib/night-file.js'
import type { RunReport } from '../lib/sync-report.js'
import type { DemoSettings } from './settings.js'
import { type CommandContext, reportOn, syncFile } from './sync-command.js'

/** The yardstick on an emulator: a catalogue, the ERP's file of a night, and its sync. Without state it is synced twice. */
export async function runDemoCommand(settings: DemoSettings, context: CommandContext): Promise<RunReport> {
  const { products, night, state, out, dryRun } = settings
  const file = join(out, `night-${night}.csv`)
  await writeNightFile(file, productsAfter(night, products).values())
  if (state !== undefined) await mkdir(state, { recursive: true })
  const emulator = await startEmulator({
    // As in environments that came from older versions: products begin as active ones.
    organization: { createproductswithoutparentinactivestate: true },
    rows: { products: [...productsAfter(0, products).values()].map((product) => ({ ...product })) },
    ...(state !== undefined && { stateDirectory: state }),
  })
  try {
    context.say(
      `An emulator with ${emulator.table('products').count()} products; the ERP's file of the night is ${file}`,
    )
    const sync = { ...settings, kind: 'sync', url: emulator.url, file, allowInsecureHttp: false } as const
    const runs = [{ title: `night ${night}`, ...(await syncFile(sync, context)) }]
    if (state === undefined && !dryRun) runs.push({ title: 'again', ...(await syncFile(sync, context)) })
    return reportOn(runs, dryRun)
  } finally {
    await emulator.close()
  }
}
