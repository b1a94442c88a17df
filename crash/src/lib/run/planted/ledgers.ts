import type { RowLedger } from '@deltaverse/contract'
import { type Files, ifThere, replaceFile } from '@deltaverse/durable-files'

/** A ledger that goes on at its newest mark, whatever the state says. */
export function ledgerThatIsAhead(parts: {
  readonly ledger: RowLedger | undefined
  readonly files: Files
  readonly directory: string
}): RowLedger | undefined {
  const { ledger, files, directory } = parts
  const path = `${directory}/newest-mark`
  return (
    ledger && {
      ...ledger,
      async open(mark, call) {
        const newest = await ifThere(files.readFile(path))
        return await ledger.open(newest === undefined ? mark : Buffer.from(newest).toString(), call)
      },
      async commit(call) {
        const mark = await ledger.commit(call)
        await replaceFile(path, mark, { files })
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
