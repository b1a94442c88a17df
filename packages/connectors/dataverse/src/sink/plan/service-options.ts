/** Options of the service itself that every write of a writer carries (Microsoft Learn: Optional parameters). */
export interface ServiceOptions {
  /**
   * Skips custom plug-ins and workflows of that mode; needs the privilege `prvBypassCustomBusinessLogic`. Default: none
   * are skipped.
   */
  readonly bypassBusinessLogic?: readonly ('CustomSync' | 'CustomAsync')[] | undefined
  /** Skips single plug-in steps by their ids; the environment allows 3 unless set otherwise. Default: none. */
  readonly bypassStepIds?: readonly string[] | undefined
  /** Triggers no Power Automate flows. Default: `false`, they run. */
  readonly bypassFlows?: boolean | undefined
  /** Lets the environment's duplicate-detection rules refuse rows. Default: `false`, as the Web API has it. */
  readonly detectDuplicates?: boolean | undefined
  /** Text that plug-ins see as shared variable `tag`, so that they recognise our writes. Default: none. */
  readonly tag?: string | undefined
  /** Writes in the name of this user (Entra object id). Default: the client's own user. */
  readonly actAs?: string | undefined
}

/** Headers and query of the options. @throws TypeError for text that cannot stand in a header */
export function resolveServiceOptions(options: ServiceOptions): {
  readonly headers: Readonly<Record<string, string>>
  readonly tag: string | undefined
} {
  const headers: Record<string, string> = {}
  const { bypassBusinessLogic = [], bypassStepIds = [], actAs, tag } = options
  for (const mode of bypassBusinessLogic) {
    if (mode !== 'CustomSync' && mode !== 'CustomAsync') {
      throw new TypeError(
        `bypassBusinessLogic must hold 'CustomSync' or 'CustomAsync', received ${JSON.stringify(mode)}`,
      )
    }
  }
  if (bypassBusinessLogic.length > 0) {
    headers['MSCRM.BypassBusinessLogicExecution'] = bypassBusinessLogic.join(',')
  }
  if (bypassStepIds.length > 0) {
    headers['MSCRM.BypassBusinessLogicExecutionStepIds'] = bypassStepIds
      .map((id) => checkGuid('bypassStepIds', id))
      .join(',')
  }
  if (options.bypassFlows) headers['MSCRM.SuppressCallbackRegistrationExpanderJob'] = 'true'
  if (options.detectDuplicates) headers['MSCRM.SuppressDuplicateDetection'] = 'false'
  if (actAs !== undefined) Object.assign(headers, impersonationHeaders(actAs))
  if (tag !== undefined && typeof tag !== 'string')
    throw new TypeError(`tag must be text, received ${typeof tag}`)
  return { headers, tag }
}

/** Headers that write in the name of another user (Microsoft Learn: Impersonate another user using the Web API). */
export function impersonationHeaders(actAs: string): Readonly<Record<string, string>> {
  return { CallerObjectId: checkGuid('actAs', actAs) }
}

function checkGuid(name: string, value: string): string {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value)) return value
  throw new TypeError(`${name} must be a GUID, received ${JSON.stringify(value)}`)
}
