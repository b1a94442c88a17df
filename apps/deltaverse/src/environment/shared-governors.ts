import { createGovernor, type Governor } from '@deltaverse/client'

/** One governor for each user of an environment, so that jobs that run at the same time keep its limits together. */
export interface SharedGovernors {
  of(user: { readonly url: string; readonly clientId?: string | undefined }): Governor
}

export interface SharedLimits {
  /** Requests at a time at most. Default: as many as the service says. */
  readonly requests?: number | undefined
  /** Of the limits of the service, from 0 to 1. Default: all. */
  readonly share?: number | undefined
}

export function createSharedGovernors({ requests, share }: SharedLimits = {}): SharedGovernors {
  const governors = new Map<string, Governor>()
  return {
    of({ url, clientId = '' }) {
      const { host } = new URL(url)
      const user = `${host} ${clientId}`
      const known = governors.get(user)
      if (known !== undefined) return known
      const governor = createGovernor({
        name: host,
        maxConcurrency: requests,
        polite: share === undefined ? undefined : { share },
      })
      governors.set(user, governor)
      return governor
    },
  }
}
