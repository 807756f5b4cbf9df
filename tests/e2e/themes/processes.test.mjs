// Processes that die, and processes that are told to end.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { before, describe, test } from 'node:test';
import { startGate } from '../lib/gate.mjs';
import { answer, chat, completion, once1, Origin, post, RawClient } from '../lib/http.mjs';
import { run, within } from '../lib/process.mjs';
import { scope } from '../lib/scope.mjs';

const ok = () => answer(200, completion('ok'));
const good = async (port) => (await once1(port, post('/v1/chat/completions', chat('hi')))).status === 200;
const exists = (pid) => fs.existsSync(`/proc/${pid}`);

describe('processes', () => {
  let origin;
  const shared = scope();

  before(async () => {
    origin = await Origin.start(shared, ok);
  });

  test('a worker that is killed is replaced; exchanges of the others go on', async (t) => {
    const held = [];
    const slow = await Origin.start(t, () => new Promise((resolve) => held.push(() => resolve(ok()))));
    const gate = await startGate(t, { upstream: slow.url, config: { workers: 2 } });
    // Connections go to the workers as the kernel likes: as many as it takes until both have some.
    const asks = [];
    let status;
    do {
      const raw = await RawClient.connect(gate.port);
      asks.push({ raw, reply: raw.send(post('/v1/chat/completions', chat('hi'))).response().catch((error) => error) });
      await slow.had(asks.length);
      status = await gate.status();
      assert.ok(asks.length < 64, 'both workers take connections');
    } while (status.workers.some((worker) => worker.running === 0));
    const [victim, other] = status.workers;
    const from = gate.child.lines.length;
    process.kill(victim.pid, 'SIGKILL');
    await gate.child.line(/worker_ended/, { from });
    for (const release of held) release();
    const replies = await Promise.all(asks.map((ask) => ask.reply));
    assert.equal(replies.filter((reply) => reply.status === 200).length, other.running, 'all of the other worker');
    assert.equal(replies.filter((reply) => reply instanceof Error).length, victim.running, 'and none of the dead one');
    await gate.child.line(/worker_started|worker_ready|ready/, { from }).catch(() => {});
    let now;
    do {
      now = await gate.status();
    } while (now.workers.some((worker) => !worker.ready || !worker.answered));
    assert.ok(!now.workers.some((worker) => worker.pid === victim.pid));
    assert.equal(now.workers.find((worker) => worker.name === other.name).pid, other.pid);
    assert.equal(now.workers[0].snapshot, now.workers[1].snapshot, 'the new one has the same rules');
    for (const ask of asks) ask.raw.close();
    slow.serve = ok;
    for (let i = 0; i < 20; i++) assert.ok(await good(gate.port));
  });

  test('an auditor that is killed is replaced, and records go on', async (t) => {
    const gate = await startGate(t, { upstream: origin.url });
    assert.ok(await good(gate.port));
    await gate.records((list) => list.length === 1);
    const { auditor_pid: pid } = await gate.status();
    process.kill(pid, 'SIGKILL');
    let status;
    do {
      status = await gate.status();
    } while (status.auditor_pid === 0 || status.auditor_pid === pid);
    for (;;) {
      const got = await once1(gate.port, post('/v1/chat/completions', chat('hi')));
      if (got.status === 200) {
        await gate.record(got);
        break;
      }
      assert.equal(got.headers['x-stopgate-reason'], 'audit_unavailable', 'nothing passes unrecorded');
    }
  });

  test('SIGTERM: running exchanges end, idle connections close, nobody new, nothing is left', async (t) => {
    let release;
    const slow = await Origin.start(t, () => new Promise((resolve) => {
      release = () => resolve(ok());
    }));
    const gate = await startGate(t, { upstream: slow.url, config: { workers: 2 } });
    const { pid, auditor_pid: auditor, workers } = await gate.status();
    const idle = await RawClient.connect(gate.port);
    const busy = await RawClient.connect(gate.port);
    busy.send(post('/v1/chat/completions', chat('hi')));
    await slow.had(1);
    gate.child.signal('SIGTERM');
    await gate.child.line(/draining/);
    assert.equal((await idle.ended()).length, 0);
    release();
    const got = await busy.response();
    assert.equal(got.status, 200);
    assert.equal(got.headers.connection, 'close');
    await gate.stop();
    gate.stopped = true;
    assert.equal((await gate.record(got)).status, 200);
    for (const process of [pid, auditor, ...workers.map((worker) => worker.pid)]) assert.ok(!exists(process));
    assert.ok(!fs.existsSync(gate.control), 'the control socket is gone');
    await assert.rejects(RawClient.connect(gate.port));
    idle.close();
    busy.close();
  });

  test('SIGTERM: what does not end in time is cut', async (t) => {
    const slow = await Origin.start(t, () => undefined);
    const gate = await startGate(t, { upstream: slow.url, config: { timeouts: { shutdown: '300ms' } } });
    const raw = await RawClient.connect(gate.port);
    raw.send(post('/v1/chat/completions', chat('hi')));
    await slow.had(1);
    gate.child.signal('SIGTERM');
    await raw.ended();
    await gate.stop();
    gate.stopped = true;
    const [record] = await gate.records((list) => list.length === 1);
    assert.equal(record.reason, 'shutting_down');
    raw.close();
  });

  test('a master that is killed leaves no process behind', async (t) => {
    const gate = await startGate(t, { upstream: origin.url, config: { workers: 2 } });
    assert.ok(await good(gate.port));
    const { auditor_pid: auditor, workers } = await gate.status();
    const orphans = [auditor, ...workers.map((worker) => worker.pid)];
    gate.child.signal('SIGKILL');
    gate.stopped = true;
    // Standard error is closed when the last of them has ended.
    await within(gate.child.exited, 'the end of every process');
    for (const orphan of orphans) assert.ok(!exists(orphan) || /^State:\s+Z/m.test(fs.readFileSync(`/proc/${orphan}/status`, 'utf8')));
    // The socket file it left does not stand in the way of the next one.
    const again = await startGate(t, { folder: gate.folder, upstream: origin.url });
    assert.ok(await good(again.port));
  });

  test('workers hold no privileges and no foreign descriptors', async (t) => {
    const gate = await startGate(t, { upstream: origin.url });
    const [worker] = await gate.workers();
    const status = fs.readFileSync(`/proc/${worker}/status`, 'utf8');
    assert.match(status, /^NoNewPrivs:\s+1$/m);
    const files = fs.readdirSync(`/proc/${worker}/fd`).map((fd) => fs.readlinkSync(`/proc/${worker}/fd/${fd}`));
    assert.ok(!files.some((file) => /records\.jsonl|stopgate\.yaml|rules\//.test(file)), files.join(' '));
  });

  test('stopgate status: 0 when all is well, 2 without a gateway', async (t) => {
    const gate = await startGate(t, { upstream: origin.url, config: { workers: 2 } });
    assert.ok(await good(gate.port));
    const told = await gate.tell('status');
    assert.equal(told.code, 0, told.stderr);
    assert.match(told.stdout, /worker-0/);
    const status = await gate.status();
    assert.equal(status.workers.reduce((n, worker) => n + worker.exchanges, 0), 1);
    assert.equal(fs.statSync(gate.control).mode & 0o777, 0o600);
    await gate.stop();
    gate.stopped = true;
    assert.equal((await gate.tell('status')).code, 2);
  });

  test('nonsense on the control socket does no harm', async (t) => {
    const gate = await startGate(t, { upstream: origin.url });
    for (const text of ['', '\n', 'nonsense\n', '{"command":1}\n', '{"command":"halt the world"}\n', '['.repeat(5000), `${'x'.repeat(100000)}\n`]) {
      await run(process.execPath, ['-e', `
        const s = require('net').connect(${JSON.stringify(gate.control)}, () => s.end(${JSON.stringify(text)}));
        s.resume().on('error', () => {});`]);
    }
    assert.equal((await gate.tell('status')).code, 0);
    assert.ok(await good(gate.port));
  });
});
