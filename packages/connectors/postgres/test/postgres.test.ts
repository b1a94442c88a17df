import { describe } from 'vitest'
import { badRowTests } from './suites/bad-rows.js'
import { columnTests } from './suites/columns.js'
import { crashTests } from './suites/crashes.js'
import { failureTests } from './suites/failures.js'
import { fullReadTests } from './suites/full-reads.js'
import { keptValueTests } from './suites/kept-values.js'
import { otherTests } from './suites/others.js'
import { sessionTests } from './suites/sessions.js'
import { syncTests } from './suites/syncs.js'
import { tableTests } from './suites/tables.js'
import { typeTests } from './suites/types.js'
import { uniqueValueTests } from './suites/unique-values.js'
import { volumeTests } from './suites/volume.js'
import { describeOnPostgres } from './support/test-database.js'

// One server for all of them: starting one takes longer than most of the tests.
describeOnPostgres('on PostgreSQL', (database) => {
  describe('columns', () => columnTests(database))
  describe('bad rows', () => badRowTests(database))
  describe('tables', () => tableTests(database))
  describe('many rows', () => volumeTests(database))
  describe('syncs', () => syncTests(database))
  describe('types', () => typeTests(database))
  describe('full reads', () => fullReadTests(database))
  describe('failures', () => failureTests(database))
  describe('others', () => otherTests(database))
  describe('unique values', () => uniqueValueTests(database))
  describe('values that are kept', () => keptValueTests(database))
  describe('sessions', () => sessionTests(database))
  crashTests(database)
})
