import { contractTests } from './suites/contracts.js'
import { describeOnPostgres } from './support/test-database.js'

describeOnPostgres('the connector postgres', (database) => contractTests(database))
