import { type FollowSettings, follow } from '@deltaverse/core'
import type { SyncSettings } from '../sync-options.js'
import type { Runner } from './runner.js'

/** Gives each read its turn. */
export type TakeTurn = <T>(work: () => Promise<T>) => Promise<T>

/**
 * Syncs again and again. An error of the service, the sink or the store that waiting may cure is reported and waited out; then
 * everything is opened afresh at what is saved.
 *
 * @throws whatever waiting will not cure; `signal.reason`
 */
export async function followTable<Position, R extends object>(
  runner: Runner<Position, R>,
  { onEvent, random, clock, signal }: SyncSettings<Position, R>,
  intervals: FollowSettings,
  takeTurn: TakeTurn,
): Promise<void> {
  async function* read(): AsyncGenerator<never, boolean, undefined> {
    return await takeTurn(() => runner.read())
  }
  const { wait, letGo } = runner
  await follow({ read, wait, letGo, signal, intervals, onEvent, random, clock }).next()
}
