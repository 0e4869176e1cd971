// SPDX-License-Identifier: Apache-2.0
// BullMQ: its own worker takes the jobs. Its priorities are the other way round, from 1, and 0 is none; it has no batches outside its paid edition.
import { performance } from 'node:perf_hooks'
import { Job, Queue, Worker } from 'bullmq'
import { Redis } from 'ioredis'
import { isShifted } from './measures.js'

const name = 'items'
const lowest = 50000 // leaves room for shifts both ways
const portion = 1000 // jobs that are read or changed at once
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

  // Reads all waiting jobs first, because a change moves what is read, then changes those that are to be changed, many at once.
  async shiftPriorities (by) {
    const changes = []
    for (let from = 0, jobs; (jobs = await this.queue.getPrioritized(from, from + portion - 1)).length > 0; from += portion) {
      for (const { id, data, priority } of jobs) if (isShifted(data)) changes.push({ id, priority: priority - by })
    }
    for (let from = 0; from < changes.length; from += portion) {
      await Promise.all(changes.slice(from, from + portion).map(({ id, priority }) => new Job(this.queue, name, null, {}, id).changePriority({ priority })))
    }
  }
}
