/** Values of `ConnectorOptions`, to be checked by `open`. */
export type ConnectorSettings = Readonly<Record<string, unknown>>
