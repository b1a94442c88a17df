import { contractTests } from './suites/contracts.js'
import { describeOnPostgres } from './support/test-database.js'

// One server for all of them: starting one takes longer than most of the tests.
describeOnPostgres('on PostgreSQL', (database) => {
  contractTests(database)
})
