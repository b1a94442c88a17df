export { connect, disconnect } from './environment/connect.js'
