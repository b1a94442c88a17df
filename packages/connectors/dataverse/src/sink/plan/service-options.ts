import { flag, listOf, type OptionsOutput, oneOf, text } from '@deltaverse/options'

const guid = { pattern: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, words: 'a GUID' }

/** Options of the service itself that every write of a writer carries (Microsoft Learn: Optional parameters). */
export const serviceOptions = {
  bypassBusinessLogic: listOf(oneOf(['CustomSync', 'CustomAsync'], { doc: 'A mode.' }), {
    default: [],
    doc: 'Skips custom plug-ins and workflows of these modes; needs the privilege prvBypassCustomBusinessLogic.',
  }),
  bypassStepIds: listOf(text({ form: guid, doc: 'Id of a step.' }), {
    default: [],
    doc: 'Skips single plug-in steps by their ids; the environment allows 3 unless set otherwise.',
  }),
  bypassFlows: flag({ default: false, doc: 'Triggers no Power Automate flows.' }),
  detectDuplicates: flag({
    default: false,
    doc: "Lets the environment's duplicate-detection rules refuse rows.",
  }),
  tag: text({ doc: 'Text that plug-ins see as shared variable tag, so that they recognise our writes.' }),
  actAs: text({
    form: guid,
    defaultText: "the client's own user",
    doc: 'Writes in the name of this user (Entra object id).',
  }),
}

/** What every write of a writer carries. */
export interface ServiceHeaders {
  readonly headers: Readonly<Record<string, string>>
  readonly tag: string | undefined
}

export function toServiceHeaders(options: OptionsOutput<typeof serviceOptions>): ServiceHeaders {
  const headers: Record<string, string> = {}
  const { bypassBusinessLogic, bypassStepIds, actAs, tag } = options
  if (bypassBusinessLogic.length > 0) {
    headers['MSCRM.BypassBusinessLogicExecution'] = bypassBusinessLogic.join(',')
  }
  if (bypassStepIds.length > 0) {
    headers['MSCRM.BypassBusinessLogicExecutionStepIds'] = bypassStepIds.join(',')
  }
  if (options.bypassFlows) headers['MSCRM.SuppressCallbackRegistrationExpanderJob'] = 'true'
  if (options.detectDuplicates) headers['MSCRM.SuppressDuplicateDetection'] = 'false'
  if (actAs !== undefined) Object.assign(headers, impersonationHeaders(actAs))
  return { headers, tag }
}

/**
 * Headers that write in the name of another user (Microsoft Learn: Impersonate another user using the Web API).
 *
 * @throws TypeError for what is no GUID
 */
export function impersonationHeaders(actAs: string): Readonly<Record<string, string>> {
  return { CallerObjectId: serviceOptions.actAs.parse('actAs', actAs) ?? '' }
}
