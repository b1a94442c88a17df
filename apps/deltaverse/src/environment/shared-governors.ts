import { createGovernor, type Governor } from '@deltaverse/client'

/** One governor for each environment, so that jobs that run at the same time keep its limits together. */
export interface SharedGovernors {
  /** @param connection the name of the environment's connection */
  of(connection: string): Governor
}

/** @param requests at a time at most; `undefined` for as many as the service says */
export function createSharedGovernors(requests: number | undefined): SharedGovernors {
  const governors = new Map<string, Governor>()
  return {
    of(connection) {
      const known = governors.get(connection)
      if (known !== undefined) return known
      const governor = createGovernor({ name: connection, maxConcurrency: requests })
      governors.set(connection, governor)
      return governor
    },
  }
}
