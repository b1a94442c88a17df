import type { Cloud } from '@deltaverse/client/credentials'

/** Ways to get a token. */
export const authNames = ['client-secret', 'certificate', 'managed-identity', 'device-code', 'token'] as const

export type AuthName = (typeof authNames)[number]

export const cloudNames: readonly Cloud[] = ['public', 'us-government', 'us-dod', 'china']
