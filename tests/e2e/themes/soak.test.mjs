// Memory stays flat over many exchanges of every kind. 20,000 of them; 100,000 with STOPGATE_LONG=1.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { startGate } from '../lib/gate.mjs';
import { answer, chat, completion, Origin, post, RawClient } from '../lib/http.mjs';
import { memoryOf } from '../lib/memory.mjs';
import { long, reduced } from '../lib/paths.mjs';
import { RESIDENT_ID, SECRECY_MARK } from '../lib/samples.mjs';

const KIB = 1024;
const TOTAL = long ? 100000 : reduced ? 2000 : 20000;
const CLIENTS = 8;

const KINDS = [
  { bytes: post('/v1/chat/completions', chat('a clean question')), status: 200 },
  { bytes: post('/v1/chat/completions', chat(`身份证 ${RESIDENT_ID}`)), status: 200 },
  { bytes: post('/v1/chat/completions', chat(SECRECY_MARK)), status: 400 },
  { bytes: post('/v1/chat/completions', '{"broken":'), status: 400 },
  { bytes: post('/v1/chat/completions', chat('leak')), status: 200 },
  { bytes: post('/v1/chat/completions', chat('a longer text. '.repeat(600))), status: 200 },
  { bytes: Buffer.from('GET /nowhere HTTP/1.1\r\nHost: h\r\n\r\n'), status: 404 },
];

describe('memory', () => {
  test(`${TOTAL} exchanges leave no trace`, async (t) => {
    const origin = await Origin.start(t, ({ body }) =>
      answer(200, completion(body.includes('"leak"') ? `见 ${RESIDENT_ID}` : 'fine')));
    const gate = await startGate(t, { upstream: origin.url, path: '/v1/' });
    const [worker] = await gate.workers();
    const { auditor_pid: auditor } = await gate.status();
    let left = 0;
    const ask = async () => {
      let raw = await RawClient.connect(gate.port);
      for (let i = 0; left-- > 0; i++) {
        const kind = KINDS[i % KINDS.length];
        const got = await raw.send(kind.bytes).response();
        assert.equal(got.status, kind.status, got.body.toString());
        if (got.headers.connection === 'close' || i % 500 === 499) {
          raw.close();
          raw = await RawClient.connect(gate.port);
        }
      }
      raw.close();
    };
    const rounds = async (n) => {
      left = n;
      origin.requests.length = 0;
      await Promise.all([...Array(CLIENTS)].map(ask));
    };
    // The first part warms allocators up; what counts is what comes after.
    await rounds(Math.floor(TOTAL / 4));
    const before = { worker: memoryOf(worker).now, auditor: memoryOf(auditor).now };
    for (let i = 0; i < 3; i++) await rounds(Math.floor(TOTAL / 4));
    const grown = { worker: memoryOf(worker).now - before.worker, auditor: memoryOf(auditor).now - before.auditor };
    const status = await gate.status();
    assert.ok(status.workers[0].exchanges >= Math.floor(TOTAL / 4) * 4);
    assert.equal(status.workers[0].running, 0);
    t.diagnostic(`grown over ${TOTAL * 0.75} exchanges: ${JSON.stringify(grown)}`);
    // AddressSanitizer keeps what was freed for a while; leaks it tells itself, at the end.
    if (!reduced) {
      assert.ok(grown.worker < 2048 * KIB, `the worker grew by ${grown.worker} bytes`);
      assert.ok(grown.auditor < 1024 * KIB, `the auditor grew by ${grown.auditor} bytes`);
    }
    const records = await gate.records((list) => list.length >= Math.floor(TOTAL / 4) * 4);
    assert.equal(new Set(records.map((r) => r.id)).size, records.length, 'no id twice');
  });
});
