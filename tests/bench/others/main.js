// SPDX-License-Identifier: Apache-2.0
// Measures one thing of one job queue and prints the result as a line of JSON. iwd-bench starts it; see ../README.md.
//
//   node main.js '{"queue": "pg-boss", "measure": "single", "address": "postgresql://…", "items": "FILE", "callers": 64, …}'
import { readFileSync } from 'node:fs'
import { BullMq } from './bullmq.js'
import { GraphileWorker } from './graphileworker.js'
import { measures } from './measures.js'
import { PgBossQueue } from './pgboss.js'
import { SkipLocked } from './skiplocked.js'

const queues = { bullmq: BullMq, 'graphile-worker': GraphileWorker, 'pg-boss': PgBossQueue, 'skip-locked': SkipLocked }

const task = JSON.parse(process.argv[2])
const samples = readFileSync(task.items, 'utf8').split('\n').filter(line => line).map(line => JSON.parse(line))
const queue = new queues[task.queue](task.address, task.connections)
await queue.open()
const result = await measures[task.measure](queue, samples, task)
process.stdout.write(JSON.stringify(result) + '\n', () => process.exit(0))
