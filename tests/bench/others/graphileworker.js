// SPDX-License-Identifier: Apache-2.0
// Graphile Worker: its own runner takes the jobs. Its priorities are the other way round: the lowest number comes first.
import { performance } from 'node:perf_hooks'
import { Logger, makeWorkerUtils, run } from 'graphile-worker'
import pg from 'pg'
import { shiftedCondition } from './measures.js'

const task = 'item'
const logger = new Logger(() => () => {})
// As its page about performance has them.
const batching = { localQueue: { size: 500 }, completeJobBatchDelay: 0, failJobBatchDelay: 0 }

export class GraphileWorker {
  constructor (address, connections) {
    this.pool = new pg.Pool({ connectionString: address, max: connections })
    const fail = error => { throw error }
    this.pool.on('error', fail).on('connect', client => client.on('error', fail))
  }

  async open () {
    this.utils = await makeWorkerUtils({ pgPool: this.pool, logger })
    await this.utils.migrate()
  }

  add ({ priority, data }) { return this.utils.addJob(task, data, { priority: -priority }) }
  addMany (jobs) { return this.utils.addJobs(jobs.map(({ priority, data }) => ({ identifier: task, payload: data, priority: -priority }))) }

  drain (count, callers) { return this.#drain(count, callers, {}) }
  drainInBatches (count, callers) { return this.#drain(count, callers, batching) }

  // From the first job's beginning to the last one's completion in the database; starting the runner is left out.
  async #drain (count, callers, settings) {
    let start = 0
    let left = count
    await new Promise((resolve, reject) => {
      this.#run(async () => {
        start ||= performance.now()
        if (--left === 0) resolve()
      }, callers, settings).catch(reject)
    })
    // A handler's end, and the event about it, come before the completion is written.
    while ((await this.pool.query('select from graphile_worker._private_jobs limit 1')).rowCount > 0) continue
    return { milliseconds: performance.now() - start }
  }

  // A worker of its own takes one job and holds it until the next one is asked for.
  async startTaking () {
    await new Promise(resolve => {
      this.taken = resolve
      this.#run(data => new Promise(release => {
        this.release = release
        this.taken(data)
      }), 1, {})
    })
  }

  next () {
    return new Promise(resolve => {
      this.taken = resolve
      this.release()
    })
  }

  // rescheduleJobs() gives jobs of given ids one and the same priority; a statement over all of them is what is fast.
  shiftPriorities (by) {
    return this.pool.query(`update graphile_worker._private_jobs set priority = priority - $1 where locked_at is null and ${shiftedCondition('payload')}`, [by])
  }

  #run (handler, concurrentJobs, settings) {
    return run({ pgPool: this.pool, logger, noHandleSignals: true, taskList: { [task]: handler }, preset: { worker: { concurrentJobs, ...settings } } })
  }
}
