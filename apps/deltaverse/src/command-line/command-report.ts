/** How a command ended, as `--json` prints it. */
export interface CommandReport {
  readonly ok: boolean
  readonly exitCode: number
  readonly error?: { readonly code: string; readonly message: string }
  readonly [member: string]: unknown
}
