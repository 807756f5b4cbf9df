// Slow clients, idle clients, too many clients: each state has its own time and its own limit.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { startGate } from '../lib/gate.mjs';
import { answer, chat, completion, Origin, post, RawClient } from '../lib/http.mjs';

const TIMES = { head: '300ms', body: '300ms', idle: '400ms', send: '300ms', shutdown: '2s' };

describe('times and limits', () => {
  const start = async (t, config = { timeouts: TIMES }, more = {}) => {
    const origin = await Origin.start(t, () => answer(200, completion('ok')));
    return { origin, gate: await startGate(t, { upstream: origin.url, config, ...more }) };
  };

  test('a head that does not come to its end: 408', async (t) => {
    const { origin, gate } = await start(t);
    const raw = await RawClient.connect(gate.port);
    const got = await raw.send('POST /v1/x HTTP/1.1\r\nHost: h\r\n').response();
    assert.equal(got.status, 408);
    assert.equal(got.headers['x-stopgate-reason'], 'timeout_head');
    assert.equal((await raw.ended()).length, 0);
    assert.equal((await gate.record(got)).reason, 'timeout_head');
    assert.equal(origin.requests.length, 0);
    raw.close();
  });

  test('bytes of a head now and then do not win time', async (t) => {
    const { gate } = await start(t);
    const raw = await RawClient.connect(gate.port);
    const began = performance.now();
    raw.send('GET / HTTP/1.1\r\nHost: h\r\n');
    const drip = setInterval(() => raw.send('A: b\r\n'), 50);
    const got = await raw.response();
    clearInterval(drip);
    assert.equal(got.headers['x-stopgate-reason'], 'timeout_head');
    assert.ok(performance.now() - began < 5000);
    raw.close();
  });

  test('a body that stops: 408', async (t) => {
    const { origin, gate } = await start(t);
    for (const framing of ['Content-Length: 100\r\n\r\n{"a":', 'Transfer-Encoding: chunked\r\n\r\n5\r\n{"a":\r\n']) {
      const raw = await RawClient.connect(gate.port);
      const got = await raw.send(`POST /v1/x HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n${framing}`).response();
      assert.equal(got.status, 408);
      assert.equal(got.headers['x-stopgate-reason'], 'timeout_body');
      assert.equal((await raw.ended()).length, 0);
      raw.close();
    }
    assert.equal(origin.requests.length, 0);
  });

  test('an idle connection is closed without a word, before and after an exchange', async (t) => {
    const { gate } = await start(t);
    const fresh = await RawClient.connect(gate.port);
    assert.equal((await fresh.ended()).length, 0);
    const used = await RawClient.connect(gate.port);
    assert.equal((await used.send(post('/v1/chat/completions', chat('hi'))).response()).status, 200);
    assert.equal((await used.ended()).length, 0);
    fresh.close();
    used.close();
  });

  test('a model that thinks longer than any client timeout is waited for', async (t) => {
    let release;
    const origin = await Origin.start(t, () => new Promise((resolve) => {
      release = () => resolve(answer(200, completion('thought about it')));
    }));
    const gate = await startGate(t, { upstream: origin.url, config: { timeouts: TIMES } });
    const raw = await RawClient.connect(gate.port);
    raw.send(post('/v1/chat/completions', chat('hi')));
    await origin.had(1);
    // An idle neighbour is closed meanwhile: its time, longer than the others, has passed.
    const neighbour = await RawClient.connect(gate.port);
    await neighbour.ended();
    release();
    assert.equal((await raw.response()).status, 200);
    raw.close();
    neighbour.close();
  });

  test('more connections than the limit: 503 and closed, the others go on', async (t) => {
    const { gate } = await start(t, { limits: { connections: 3 } });
    const kept = [];
    for (let i = 0; i < 3; i++) {
      const raw = await RawClient.connect(gate.port);
      assert.equal((await raw.send(post('/v1/chat/completions', chat('hi'))).response()).status, 200);
      kept.push(raw);
    }
    const late = await RawClient.connect(gate.port);
    const got = await late.response();
    assert.equal(got.status, 503);
    assert.equal(got.headers['x-stopgate-reason'], 'connection_limit');
    assert.equal((await late.ended()).length, 0);
    for (const raw of kept) {
      assert.equal((await raw.send(post('/v1/chat/completions', chat('hi'))).response()).status, 200);
    }
    kept[0].close();
    const status = await gate.status();
    assert.equal(status.workers[0].refused, 1);
    for (;;) {
      const again = await RawClient.connect(gate.port);
      const reply = await again.send(post('/v1/chat/completions', chat('hi'))).response();
      again.close();
      if (reply.status === 200) break;
      assert.equal(reply.headers['x-stopgate-reason'], 'connection_limit');
    }
    for (const raw of [...kept, late]) raw.close();
  });

  test('a client that resets at once is still told by its address', async (t) => {
    const { gate } = await start(t);
    for (let i = 0; i < 20; i++) {
      const raw = await RawClient.connect(gate.port);
      raw.socket.write('POST /v1/x HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nhalf', () => raw.socket.resetAndDestroy());
      await raw.closed;
    }
    const records = await gate.records((list) => list.length > 0);
    for (const record of records) assert.equal(record.client, '127.0.0.1');
  });

  test('a client that reads slowly gets everything', async (t) => {
    const large = completion('a clean text. '.repeat(300000));
    const origin = await Origin.start(t, () => answer(200, large));
    const gate = await startGate(t, { upstream: origin.url, config: { timeouts: { send: '10s' } } });
    const raw = await RawClient.connect(gate.port);
    raw.send(post('/v1/chat/completions', chat('hi')));
    raw.socket.on('data', () => {
      raw.socket.pause();
      setImmediate(() => raw.socket.resume());
    });
    assert.equal((await raw.response()).body.toString(), large);
    raw.close();
  });

  test('tenants are told by their keys; unknown keys are refused where only tenants may ask', async (t) => {
    const { origin, gate } = await start(t, {
      tenants_only: true,
      tenants: [{ name: 'civil-affairs', key_sha256: '2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae', policy: 'strict' }],
    }, { policies: { strict: { prompt: [{ category: 'any', action: 'block' }] } } });
    const ask = async (headers, text = 'hi') => {
      const raw = await RawClient.connect(gate.port);
      const got = await raw.send(post('/v1/chat/completions', chat(text), headers)).response();
      raw.close();
      return got;
    };
    for (const headers of [{}, { Authorization: 'Bearer wrong' }, { Authorization: 'Basic Zm9v' }, { 'X-Api-Key': 'bar' }]) {
      const got = await ask(headers);
      assert.equal(got.status, 401);
      assert.equal(got.headers['x-stopgate-reason'], 'tenant_unknown');
    }
    assert.equal(origin.requests.length, 0);
    const got = await ask({ Authorization: 'Bearer foo' });
    assert.equal(got.status, 200);
    assert.equal((await gate.record(got)).tenant, 'civil-affairs');
    assert.equal((await ask({ 'Api-Key': 'foo' })).status, 200);
    const blocked = await ask({ Authorization: 'Bearer foo' }, '我的身份证号 110101199003070011');
    assert.equal(blocked.status, 400);
    assert.equal((await gate.record(blocked)).policy, 'strict');
  });
});
