// SPDX-License-Identifier: Apache-2.0
// pg-boss, used through fetch() and complete(), so that no polling interval lies between two jobs. Maintenance is off while it is measured.
import { PgBoss } from 'pg-boss'
import { batch, batchCallers, drainWith, shiftedCondition } from './measures.js'

const queue = 'items'
export class PgBossQueue {
  constructor (address, connections) {
    this.boss = new PgBoss({ connectionString: address, max: connections, supervise: false, schedule: false })
    this.boss.on('error', error => { throw error })
  }

  async open () {
    await this.boss.start()
    await this.boss.createQueue(queue)
  }

  add ({ priority, data }) { return this.boss.send(queue, data, { priority }) }
  addMany (jobs) { return this.boss.insert(queue, jobs) }

  drain (count, callers) { return drainWith(count, callers, () => this.#takeAndComplete(1)) }
  drainInBatches (count) { return drainWith(count, batchCallers, () => this.#takeAndComplete(batch)) }

  startTaking () {}
  async next () { return (await this.boss.fetch(queue))[0].data }

  // update() changes one job at a time; a statement over all of them is what is fast.
  shiftPriorities (by) {
    return this.boss.getDb().executeSql(
      `update pgboss.job set priority = priority + $1 where name = $2 and state < 'active' and ${shiftedCondition('data')}`, [by, queue])
  }

  async #takeAndComplete (most) {
    const jobs = await this.boss.fetch(queue, { batchSize: most })
    if (jobs.length > 0) await this.boss.complete(queue, jobs.map(job => job.id))
    return jobs.length
  }
}
