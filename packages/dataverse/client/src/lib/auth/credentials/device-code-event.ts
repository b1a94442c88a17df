import { callable } from '@deltaverse/options'

/** A user has to sign in on another device. */
export interface DeviceCodeEvent {
  readonly kind: 'device-code'
  /** A sentence that tells address and code. */
  readonly message: string
  readonly userCode: string
  readonly verificationUri: string
  readonly expiresInMs: number
}

/** What happens while a credential gets tokens. */
export type CredentialEvent = DeviceCodeEvent

/** An option that is told of {@link CredentialEvent}s. */
export const onDeviceCode = callable<(event: CredentialEvent) => void>()
