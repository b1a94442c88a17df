/** Where and why the body of a page is not what the protocol says. */
export interface PageFormatErrorOptions {
  /**
   * - `malformed`: not the JSON of a page.
   * - `ended-early`: the body stopped before the page was whole.
   * - `record-too-large`: one row, or what stands around the rows, exceeds the limit.
   * - `too-deep`: it has more levels of brackets than the limit.
   */
  readonly reason: 'malformed' | 'ended-early' | 'record-too-large' | 'too-deep'
  /** Byte of the body, counted from 0. */
  readonly offset: number
  /** Row of the page, counted from 0; `undefined` outside the `value` array. */
  readonly row?: number | undefined
}

/** A page that cannot be decoded; `offset` and `row` tell where. */
export class PageFormatError extends SyntaxError {
  override readonly name: string = 'PageFormatError'
  readonly reason: PageFormatErrorOptions['reason']
  readonly offset: number
  readonly row: number | undefined

  constructor(message: string, options: PageFormatErrorOptions) {
    const place = options.row === undefined ? '' : `, in row ${options.row} of the page`
    super(`${message} (byte ${options.offset}${place})`)
    this.reason = options.reason
    this.offset = options.offset
    this.row = options.row
  }
}
