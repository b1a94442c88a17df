import type { DataverseClient } from '@deltaverse/client'

/** A client to whom definitions say other labels: what an administrator who renames an option does. */
export function renamedLabels(
  client: DataverseClient,
  names: Readonly<Record<string, string>>,
): DataverseClient {
  const rename = (text: string) =>
    text.replaceAll(/"Label":"([^"]*)"/g, (whole, label: string) =>
      label in names ? `"Label":${JSON.stringify(names[label])}` : whole,
    )
  return {
    ...client,
    async request(request, call) {
      const response = await client.request(request, call)
      if (!request.path.includes('/Attributes/')) return response
      const body: unknown = JSON.parse(rename(await response.text()))
      return Object.assign(Object.create(Object.getPrototypeOf(response)), response, {
        json: async () => body,
      })
    },
  }
}
