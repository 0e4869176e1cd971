// SPDX-License-Identifier: Apache-2.0
// What one writes oneself: a table, a partial index in the order of priority, FOR UPDATE SKIP LOCKED. A completed job is deleted, which is the cheapest.
import pg from 'pg'
import { batch, batchCallers, drainWith, shiftedCondition } from './measures.js'

// A name makes a statement prepared, once for each connection.
const statements = {
  add: { name: 'add', text: 'insert into job (priority, data) values ($1, $2)' },
  addMany: { name: 'add_many', text: 'insert into job (priority, data) select * from unnest($1::int[], $2::jsonb[])' },
  take: {
    name: 'take',
    text: `update job set state = 'active', taken = now()
           where id = any (array(select id from job where state = 'waiting' order by priority desc, id limit $1 for update skip locked)) returning id, data`
  },
  complete: { name: 'complete', text: 'delete from job where id = any ($1::bigint[])' }
}

export class SkipLocked {
  constructor (address, connections) {
    this.pool = new pg.Pool({ connectionString: address, max: connections })
  }

  async open () {
    await this.pool.query(`create table job (
      id bigint generated always as identity primary key, priority int not null, state text not null default 'waiting', taken timestamptz, data jsonb not null)`)
    await this.pool.query("create index job_waiting on job (priority desc, id) where state = 'waiting'")
  }

  add ({ priority, data }) { return this.#run('add', [priority, JSON.stringify(data)]) }
  addMany (jobs) { return this.#run('addMany', [jobs.map(job => job.priority), jobs.map(job => JSON.stringify(job.data))]) }

  drain (count, callers) { return drainWith(count, callers, () => this.#takeAndComplete(1)) }
  drainInBatches (count) { return drainWith(count, batchCallers, () => this.#takeAndComplete(batch)) }

  startTaking () {}
  async next () { return (await this.#run('take', [1])).rows[0].data }

  shiftPriorities (by) { return this.pool.query(`update job set priority = priority + $1 where state = 'waiting' and ${shiftedCondition('data')}`, [by]) }

  async #takeAndComplete (most) {
    const { rows } = await this.#run('take', [most])
    if (rows.length > 0) await this.#run('complete', [rows.map(row => row.id)])
    return rows.length
  }

  #run (name, values) { return this.pool.query({ ...statements[name], values }) }
}
