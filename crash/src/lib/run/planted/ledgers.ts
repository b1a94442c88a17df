import type { RowLedger } from '@deltaverse/core'
import type { Files } from '@deltaverse/durable-files'
import { keptAside } from './kept-aside.js'

/** A ledger that goes on at its newest mark, whatever the state says. */
export function ledgerThatIsAhead(parts: {
  readonly ledger: RowLedger | undefined
  readonly files: Files
  readonly directory: string
}): RowLedger | undefined {
  const { ledger, files, directory } = parts
  const newest = keptAside<string>(files, `${directory}/newest-mark`)
  return (
    ledger && {
      ...ledger,
      async open(mark, call) {
        return await ledger.open((await newest.read()) ?? mark, call)
      },
      async commit(call) {
        const mark = await ledger.commit(call)
        await newest.write(mark)
        return mark
      },
    }
  )
}

/** A ledger that tells the state the mark before the one that it has just made. */
export function ledgerThatIsBehind(ledger: RowLedger): RowLedger {
  let before: string | undefined
  return {
    ...ledger,
    async commit(call) {
      const mark = await ledger.commit(call)
      const told = before ?? mark
      before = mark
      return told
    },
  }
}
