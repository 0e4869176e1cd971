// SPDX-License-Identifier: Apache-2.0
// What is measured, in terms that every queue offers:
//
//   add(job), addMany(jobs)          durable when they return; a job is { priority, data }, and the highest priority is taken first
//   drain(count, callers)            takes and completes count jobs, each for itself; ends when all are completed
//   drainInBatches(count, callers)   the same in portions, where the queue has such a thing
//   startTaking(), next()            next() takes the best job and returns its data
//   shiftPriorities(by)              changes the priority of all waiting jobs of which isShifted() holds
import { performance } from 'node:perf_hooks'

const bulk = 1000 // jobs in one addMany()
const bulkCallers = 2
const shift = 10000 // more than any business value
const shiftedProcesses = ['process0', 'process2'] // those of the schema whose curve IWD changes

export const batch = 100 // jobs that are taken at once by those who take in batches
export const batchCallers = 8 // more of them only stand in each other's way

export const shiftedCondition = column => `${column} ->> 'sourceProcessSubtype' in (${shiftedProcesses.map(name => `'${name}'`).join(', ')})`
export const isShifted = data => shiftedProcesses.includes(data.sourceProcessSubtype)

class Jobs {
  #samples
  #made = 0
  constructor (samples) { this.#samples = samples }

  next () {
    const number = this.#made++
    const data = { ...this.#samples[number % this.#samples.length], captureId: `bench-${String(number).padStart(12, '0')}` }
    return { priority: data.businessValue, data }
  }

  many (count) { return Array.from({ length: count }, () => this.next()) }
}

const inParallel = (callers, work) => Promise.all(Array.from({ length: callers }, work))

function quantile (values, part) {
  values.sort((a, b) => a - b)
  return values[Math.min(values.length - 1, Math.floor(part * values.length))]
}

// Calls work() again and again by so many callers.
async function rate (seconds, callers, jobsPerCall, work) {
  const times = []
  const start = performance.now()
  await inParallel(callers, async () => {
    while (performance.now() - start < seconds * 1000) {
      const begin = performance.now()
      await work()
      times.push(performance.now() - begin)
    }
  })
  const took = performance.now() - start
  return { value: times.length * jobsPerCall / took * 1000, p50: quantile(times, 0.5), p99: quantile(times, 0.99) }
}

async function fill (queue, jobs, count) {
  let left = count
  await inParallel(bulkCallers, async () => {
    while (left > 0) {
      const portion = Math.min(left, bulk)
      left -= portion
      await queue.addMany(jobs.many(portion))
    }
  })
}

async function drained (queue, samples, { waiting, callers }, drain) {
  if (!queue[drain]) return { value: 0 }
  await fill(queue, new Jobs(samples), waiting)
  const { milliseconds } = await queue[drain](waiting, callers)
  return { value: waiting / milliseconds * 1000 }
}

export const measures = {
  single: (queue, samples, { seconds, callers }) => {
    const jobs = new Jobs(samples)
    return rate(seconds, callers, 1, () => queue.add(jobs.next()))
  },

  bulk: (queue, samples, { seconds }) => {
    const jobs = new Jobs(samples)
    return rate(seconds, bulkCallers, bulk, () => queue.addMany(jobs.many(bulk)))
  },

  cycles: (queue, samples, task) => drained(queue, samples, task, 'drain'),
  batches: (queue, samples, task) => drained(queue, samples, task, 'drainInBatches'),

  // Up, so that the jobs that are changed come first, and down again, so that the others do as well.
  change: async (queue, samples, { waiting }) => {
    await fill(queue, new Jobs(samples), waiting)
    await queue.startTaking()
    const times = []
    for (const by of [shift, -2 * shift]) {
      const start = performance.now()
      await queue.shiftPriorities(by)
      const data = await queue.next()
      times.push(performance.now() - start)
      if (isShifted(data) !== by > 0) throw new Error(`After the change of priorities by ${by} the next job was of ${data.sourceProcessSubtype}`)
    }
    return { value: (times[0] + times[1]) / 2, worst: Math.max(...times) }
  }
}

// Takes and completes count jobs with take(), which returns how many it took and completed.
export async function drainWith (count, callers, take) {
  let done = 0
  const start = performance.now()
  await inParallel(callers, async () => {
    while (done < count) {
      const completed = await take()
      done += completed
    }
  })
  return { milliseconds: performance.now() - start }
}
