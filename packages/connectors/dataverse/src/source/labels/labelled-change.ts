import { inspect } from 'node:util'
import type { Row, UpsertedChange } from '@deltaverse/core'
import type { RowLabels } from './row-labels.js'

/** A row with labels beside its values: its own bytes, and the new members behind them. It is parsed for that, on first use. */
export class LabelledChange implements UpsertedChange {
  readonly #change: UpsertedChange
  readonly #labels: RowLabels
  #added: Row | undefined
  #row: Row | undefined
  #bytes: Buffer | undefined

  constructor(change: UpsertedChange, labels: RowLabels) {
    this.#change = change
    this.#labels = labels
  }

  get kind(): 'upserted' {
    return 'upserted'
  }

  get table(): string {
    return this.#change.table
  }

  get id(): string {
    return this.#change.id
  }

  get rowVersion(): string | undefined {
    return this.#change.rowVersion
  }

  get row(): Row {
    this.#row ??= { ...this.#change.row, ...this.#members() }
    return this.#row
  }

  get bytes(): Buffer {
    this.#bytes ??= this.#extend()
    return this.#bytes
  }

  toJSON(): object {
    const { kind, table, id, rowVersion, row } = this
    return { kind, table, id, rowVersion, row }
  }

  [inspect.custom](): object {
    return this.toJSON()
  }

  #members(): Row {
    this.#added ??= this.#labels.of(this.#change.row)
    return this.#added
  }

  #extend(): Buffer {
    const own = Buffer.from(
      this.#change.bytes.buffer,
      this.#change.bytes.byteOffset,
      this.#change.bytes.byteLength,
    )
    const members = JSON.stringify(this.#members()).slice(1, -1)
    // Every row has its key, so there is a member to stand behind.
    return members === ''
      ? own
      : Buffer.concat([own.subarray(0, own.lastIndexOf('}')), Buffer.from(`,${members}}`)])
  }
}
