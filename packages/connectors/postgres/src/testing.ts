export { findBinaries, noBinaries, type PostgresServer, startPostgres } from './testing/postgres-server.js'
