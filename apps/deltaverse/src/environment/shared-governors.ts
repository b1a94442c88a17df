import { createGovernor, type Governor } from '@deltaverse/client'

/** One governor for each user of an environment, so that jobs that run at the same time keep its limits together. */
export interface SharedGovernors {
  of(user: { readonly url: string; readonly clientId?: string | undefined }): Governor
}

/** @param requests at a time at most; `undefined` for as many as the service says */
export function createSharedGovernors(requests: number | undefined): SharedGovernors {
  const governors = new Map<string, Governor>()
  return {
    of({ url, clientId = '' }) {
      const { host } = new URL(url)
      const user = `${host} ${clientId}`
      const known = governors.get(user)
      if (known !== undefined) return known
      const governor = createGovernor({ name: host, maxConcurrency: requests })
      governors.set(user, governor)
      return governor
    },
  }
}
