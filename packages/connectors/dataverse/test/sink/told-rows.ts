import type { WriteCallOptions, WriteEvent, WriteResult } from '../../src/index.js'

/** Options of a call that is told of rows that were not written. */
export function onFailedRows<R extends object>(
  take: (result: WriteResult<R>) => void,
): Pick<WriteCallOptions<R>, 'onEvent'> {
  return {
    onEvent(event: WriteEvent<R>) {
      if (event.kind === 'row-failed') take(event.result)
    },
  }
}

/** Options of a call that is told of all rows. */
export function onEveryRow<R extends object>(
  take: (result: WriteResult<R>) => void,
): Pick<WriteCallOptions<R>, 'onEvent' | 'everyRow'> {
  return {
    everyRow: true,
    onEvent(event: WriteEvent<R>) {
      if ('result' in event) take(event.result)
    },
  }
}
