// SPDX-License-Identifier: Apache-2.0
// BullMQ: its own worker takes the jobs. Its priorities are the other way round, from 1, and 0 is none; it has no batches outside its paid edition.
import { performance } from 'node:perf_hooks'
import { Queue, Worker } from 'bullmq'
import { Redis } from 'ioredis'
import { isShifted } from './measures.js'

const name = 'items'
const lowest = 50000 // leaves room for shifts both ways
const portion = 1000 // jobs that are read and changed at once
const token = 'bench'

const opts = priority => ({ priority: lowest - priority })

export class BullMq {
  constructor (address) {
    this.connect = () => new Redis(address, { maxRetriesPerRequest: null })
  }

  async open () {
    this.queue = new Queue(name, { connection: this.connect(), defaultJobOptions: { removeOnComplete: true } })
    await this.queue.waitUntilReady()
  }

  add ({ priority, data }) { return this.queue.add(name, data, opts(priority)) }
  addMany (jobs) { return this.queue.addBulk(jobs.map(({ priority, data }) => ({ name, data, opts: opts(priority) }))) }

  async drain (count, callers) {
    const worker = new Worker(name, async () => {}, { connection: this.connect(), concurrency: callers, autorun: false })
    await worker.waitUntilReady()
    const start = performance.now()
    let done = 0
    return new Promise((resolve, reject) => {
      worker.on('completed', () => {
        if (++done === count) resolve({ milliseconds: performance.now() - start })
      })
      worker.on('error', reject)
      worker.run()
    })
  }

  async startTaking () {
    this.worker = new Worker(name, null, { connection: this.connect(), skipStalledCheck: true })
    await this.worker.waitUntilReady()
  }

  async next () { return (await this.worker.getNextJob(token)).data }

  // Reads the waiting jobs in portions and changes those that are to be changed, many at once. Ids first, because the changes move what is read.
  async shiftPriorities (by) {
    const client = await this.queue.client
    const ids = await client.zrange(this.queue.toKey('prioritized'), 0, -1)
    for (let from = 0; from < ids.length; from += portion) {
      const jobs = await Promise.all(ids.slice(from, from + portion).map(id => this.queue.getJob(id)))
      await Promise.all(jobs.filter(job => isShifted(job.data)).map(job => job.changePriority({ priority: job.priority - by })))
    }
  }
}
