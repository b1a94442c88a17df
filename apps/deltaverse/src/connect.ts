export { connect, disconnect } from './connect/connect.js'
