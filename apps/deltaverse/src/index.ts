export { DataverseError, isDataverseError, type Row } from '@deltaverse/core'
export { type Connection, type ConnectOptions, connect } from './facade/connect.js'
export { files, type Place, postgres, sqlite } from './facade/places.js'
export type { PushOptions, SyncToOptions, Table } from './facade/table.js'
