import type { CallOptions, Row } from '@deltaverse/core'
import type { Committer } from './committer.js'
import type { DeleteGuard } from './delete-guard.js'
import type { FingerprintStage } from './fingerprint-stage.js'
import type { ResolvedSync } from './options.js'

/** What changes pass on their way to the sink. */
export interface PipelineParts<Position, R extends Row> {
  readonly options: ResolvedSync<Position, R>
  readonly stage: FingerprintStage<R>
  readonly committer: Committer<Position>
  readonly guard: DeleteGuard
  readonly call: CallOptions
}
