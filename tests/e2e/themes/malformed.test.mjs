// Malformed and ambiguous requests over a socket: each refused with its reason, none passed on.
import assert from 'node:assert/strict';
import path from 'node:path';
import { before, describe, test } from 'node:test';
import { reasons, refusedRequests } from '../lib/cases.mjs';
import { startGate, write } from '../lib/gate.mjs';
import { answer, chat, completion, once1, Origin, post, RawClient } from '../lib/http.mjs';
import { temporary } from '../lib/paths.mjs';
import { run } from '../lib/process.mjs';
import { scope } from '../lib/scope.mjs';

const GET = 'GET /v1/models HTTP/1.1\r\nHost: h\r\n';

describe('requests that are refused', () => {
  let origin, gate;
  const shared = scope();
  const table = reasons();
  const cases = refusedRequests();

  before(async () => {
    origin = await Origin.start(shared, () => answer(200, '{}'));
    gate = await startGate(shared, { upstream: origin.url });
  });

  test('the tables are there', () => {
    assert.ok(cases.length >= 150, `${cases.length} cases`);
    assert.ok(Object.keys(table).length >= 60);
    for (const { reason } of cases) assert.ok(reason in table, reason);
  });

  for (const { reason, what, bytes } of cases) {
    const { code, status } = table[reason];
    test(`${code}: ${what}`, async () => {
      const before = origin.requests.length;
      const recorded = (await gate.records()).length;
      const raw = await RawClient.connect(gate.port);
      raw.send(bytes);
      if (code === 'client_gone') raw.socket.end();
      // Whatever stands before the bad message is answered first; the refusal comes last.
      let got;
      let served = 0;
      while (code !== 'client_gone') {
        got = await raw.response();
        if (got.headers['x-stopgate-reason'] === code) break;
        assert.notEqual(got.headers.connection, 'close', `${got.headers['x-stopgate-reason']} for ${code}`);
        served += got.status === 200 ? 1 : 0;
      }
      if (code === 'client_gone') {
        await raw.ended();
      } else {
        assert.equal(got.status, status);
        assert.equal(got.headers.connection, 'close');
        assert.equal(JSON.parse(got.body).error.code, code);
        assert.equal((await raw.ended()).length, 0, 'nothing follows a refusal');
        const record = await gate.record(got);
        assert.equal(record.reason, code);
        assert.equal(record.status, status);
        assert.equal(record.action, 'block');
      }
      raw.close();
      const records = await gate.records((list) => list.length > recorded && list.slice(recorded).some((r) => r.reason === code));
      assert.equal(records.at(-1).reason, code);
      assert.equal(records.at(-1).client, '127.0.0.1');
      // Only what stood before the bad message may have gone on.
      assert.equal(origin.requests.length - before, served);
    });
  }

  test('sizes: target, head, number of headers, announced and real bodies', async () => {
    const small = await startGate(shared, {
      upstream: origin.url,
      config: { limits: { head_bytes: 2048, headers: 10, target: 200, request_body: 1024 } },
    });
    const before = origin.requests.length;
    const chunked = 'POST /v1/x HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n';
    for (const [code, status, bytes] of [
      ['target_too_long', 414, `GET /${'a'.repeat(200)} HTTP/1.1\r\nHost: h\r\n\r\n`],
      ['head_size', 431, `${GET}A: ${'b'.repeat(4000)}\r\n\r\n`],
      ['head_size', 431, `${GET}A: ${'b'.repeat(4000)}`],
      ['header_count', 431, `${GET}${'A: b\r\n'.repeat(11)}\r\n`],
      ['body_size', 413, post('/v1/x', 'x'.repeat(1025))],
      ['body_size', 413, `POST /v1/x HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 99999999\r\n\r\n`],
      ['body_size', 413, `${chunked}${`100\r\n${' '.repeat(256)}\r\n`.repeat(5)}`],
    ]) {
      const got = await once1(small.port, bytes);
      assert.equal(got.headers['x-stopgate-reason'], code);
      assert.equal(got.status, status, code);
    }
    assert.equal(origin.requests.length, before);
  });

  test('the gate still works', async () => {
    assert.equal((await once1(gate.port, `${GET}\r\n`)).status, 200);
  });
});

describe('requests that are served', () => {
  let origin, gate;
  const shared = scope();

  before(async () => {
    origin = await Origin.start(shared, ({ body }) => answer(200, completion(`to ${JSON.parse(body).seed}`)));
    gate = await startGate(shared, { upstream: origin.url });
  });

  test('pipelined requests are answered in order', async () => {
    const raw = await RawClient.connect(gate.port);
    const seeds = [...Array(20).keys()];
    raw.send(Buffer.concat(seeds.map((seed) => post('/v1/chat/completions', chat('hi', { seed })))));
    for (const seed of seeds) {
      assert.equal(JSON.parse((await raw.response()).body).choices[0].message.content, `to ${seed}`);
    }
    raw.close();
  });

  test('a bad request behind a good one: the good one is answered, then the refusal', async () => {
    const raw = await RawClient.connect(gate.port);
    raw.send(Buffer.concat([post('/v1/chat/completions', chat('hi', { seed: 5 })), Buffer.from('GET / HTTP/1.1\r\nHost : h\r\n\r\n')]));
    assert.equal((await raw.response()).status, 200);
    assert.equal((await raw.response()).headers['x-stopgate-reason'], 'header_space');
    assert.equal((await raw.ended()).length, 0);
    raw.close();
  });

  test('curl waits for 100 Continue, gets it, and is refused early where the body would be in vain', async (t) => {
    const folder = temporary(t);
    const file = write(path.join(folder, 'body.json'), chat('x'.repeat(100000), { seed: 1 }));
    const curl = (...args) => run('curl', ['-sSv', '--max-time', '20', '-H', 'Expect: 100-continue', '-H', 'Content-Type: application/json', '--expect100-timeout', '15', ...args]);
    const good = await curl('--data-binary', `@${file}`, `${gate.url}/v1/chat/completions`);
    assert.equal(good.code, 0, good.stderr);
    assert.match(good.stderr, /HTTP\/1\.1 100 Continue/);
    assert.equal(JSON.parse(good.stdout).choices[0].message.content, 'to 1');
    assert.equal(origin.requests.at(-1).headers.expect, undefined);
    const strict = await startGate(t, { upstream: origin.url, path: '/v1/', config: { limits: { request_body: 1024 } } });
    const large = await curl('--data-binary', `@${file}`, `${strict.url}/v1/chat/completions`);
    assert.doesNotMatch(large.stderr, /100 Continue/);
    assert.equal(JSON.parse(large.stdout).error.code, 'body_size');
    const lost = await curl('--data', '{}', `${strict.url}/nowhere`);
    assert.doesNotMatch(lost.stderr, /100 Continue/);
    assert.equal(JSON.parse(lost.stdout).error.code, 'no_route');
  });
});
