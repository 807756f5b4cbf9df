// Model endpoints that fail, each in its own way: told in the API's error shape, and nothing hangs.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { describe, test } from 'node:test';
import OpenAI from 'openai';
import { startGate } from '../lib/gate.mjs';
import { answer, chat, completion, once1, Origin, post, RawClient } from '../lib/http.mjs';
import { client } from '../lib/model.mjs';

const WAITS = { connect_timeout: '300ms', timeout: '300ms', body_timeout: '300ms' };

async function gateTo(t, origin, options = {}) {
  return startGate(t, { upstream: origin.url, upstreamOptions: WAITS, ...options });
}

async function fails(t, gate, code, status) {
  const got = await once1(gate.port, post('/v1/chat/completions', chat('hi')));
  assert.equal(got.headers['x-stopgate-reason'], code);
  assert.equal(got.status, status);
  const { error } = JSON.parse(got.body);
  assert.equal(error.code, code);
  assert.equal(typeof error.message, 'string');
  assert.equal(typeof error.type, 'string');
  const record = await gate.record(got);
  assert.equal(record.reason, code);
  assert.equal(record.status, status);
  assert.notEqual(record.action, 'block', 'no policy decided this');
  return got;
}

describe('model endpoints that fail', () => {
  test('refusing the connection', async (t) => {
    const server = net.createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${server.address().port}`;
    server.close();
    await once(server, 'close');
    const gate = await startGate(t, { upstream: url, upstreamOptions: WAITS });
    await fails(t, gate, 'upstream_connect', 502);
    const error = await client(gate.url).models.list().then(() => assert.fail(), (e) => e);
    assert.ok(error instanceof OpenAI.InternalServerError);
    assert.equal(error.code, 'upstream_connect');
  });

  test('a name that does not resolve', async (t) => {
    const gate = await startGate(t, { upstream: 'http://no-such-host.invalid:80' });
    await fails(t, gate, 'upstream_resolve', 502);
  });

  test('never accepting', async (t) => {
    // A full accept queue: the kernel drops what comes after it.
    const server = net.createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 });
    await once(server, 'listening');
    const { port } = server.address();
    t.after(() => server.close());
    server._handle.onconnection = () => {};
    const gate = await startGate(t, { upstream: `http://127.0.0.1:${port}`, upstreamOptions: WAITS });
    const got = await once1(gate.port, post('/v1/chat/completions', chat('hi')));
    assert.equal(got.status, 504);
    assert.ok(['upstream_timeout', 'upstream_connect_timeout'].includes(got.headers['x-stopgate-reason']));
  });

  test('never answering', async (t) => {
    const origin = await Origin.start(t, () => undefined);
    const gate = await gateTo(t, origin);
    await fails(t, gate, 'upstream_timeout', 504);
    assert.equal(origin.requests.length, 1, 'a model is not asked twice');
  });

  test('stopping in the middle of a body', async (t) => {
    const origin = await Origin.start(t, (_, socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"a":');
    });
    await fails(t, await gateTo(t, origin), 'upstream_timeout', 504);
  });

  for (const [what, bytes] of [
    ['before any byte', ''], ['in the status line', 'HTTP/1.1 20'], ['in the headers', 'HTTP/1.1 200 OK\r\nA: b\r\n'],
    ['in a sized body', 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"a":1'],
    ['in a chunk', 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"a'],
    ['before the last chunk', 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n'],
  ]) {
    for (const way of ['destroySoon', 'resetAndDestroy']) {
      test(`${way === 'destroySoon' ? 'closing' : 'resetting'} ${what}`, async (t) => {
        const origin = await Origin.start(t, (_, socket) => {
          if (bytes === '') socket[way]();
          else socket.write(bytes, () => socket[way]());
        });
        await fails(t, await gateTo(t, origin), 'upstream_reset', 502);
        assert.equal(origin.requests.length, 1, 'a model is not asked twice');
      });
    }
  }

  for (const [what, bytes] of [
    ['garbage', 'SSH-2.0-OpenSSH_9.2\r\n\r\n'], ['HTTP/0.9', '{"a":1}\r\n\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{} '],
    ['length and coding', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['a bare LF', 'HTTP/1.1 200 OK\nContent-Length: 2\r\n\r\n{}'],
    ['an unknown coding', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n'],
    ['a bad chunk', 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n'],
    ['space before a colon', 'HTTP/1.1 200 OK\r\nContent-Length : 2\r\n\r\n{}'],
    ['a folded header', 'HTTP/1.1 200 OK\r\nA: b\r\n c\r\nContent-Length: 2\r\n\r\n{}'],
  ]) {
    test(`answering ${what}`, async (t) => {
      const origin = await Origin.start(t, () => bytes);
      await fails(t, await gateTo(t, origin), 'upstream_protocol', 502);
    });
  }

  test('answering more than the limit, announced or not', async (t) => {
    let reply;
    const origin = await Origin.start(t, () => reply);
    const gate = await gateTo(t, origin, { config: { limits: { response_body: '64KiB' } } });
    const large = JSON.stringify('x'.repeat(70000));
    reply = answer(200, large);
    await fails(t, gate, 'upstream_too_large', 502);
    reply = `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n${
      large.match(/.{1,1000}/g).map((c) => `${c.length.toString(16)}\r\n${c}\r\n`).join('')}0\r\n\r\n`;
    await fails(t, gate, 'upstream_too_large', 502);
    reply = `HTTP/1.1 200 OK\r\nA: ${'b'.repeat(40000)}\r\nContent-Length: 2\r\n\r\n{}`;
    await fails(t, gate, 'upstream_protocol', 502);
  });

  test('answering before the request was sent to its end, then a good one', async (t) => {
    const origin = await Origin.start(t, () => answer(200, completion('good')));
    origin.server.prependListener('connection', () => {});
    const gate = await gateTo(t, origin);
    const got = await once1(gate.port, post('/v1/chat/completions', chat('x'.repeat(3_000_000))));
    assert.equal(got.status, 200);
  });

  test('an idle connection that went stale is tried anew, once', async (t) => {
    let first = true;
    const origin = await Origin.start(t, (_, socket) => {
      if (first) {
        first = false;
        socket.write(answer(200, completion('one')), () => socket.end());
        return undefined;
      }
      return answer(200, completion('two'));
    });
    const gate = await gateTo(t, origin);
    assert.equal((await once1(gate.port, post('/v1/chat/completions', chat('1')))).status, 200);
    const two = await once1(gate.port, post('/v1/chat/completions', chat('2')));
    assert.equal(two.body.toString(), completion('two'));
  });

  test('keep-alive: one connection serves many exchanges', async (t) => {
    const origin = await Origin.start(t, () => answer(200, completion('again')));
    const gate = await gateTo(t, origin);
    const raw = await RawClient.connect(gate.port);
    for (let i = 0; i < 30; i++) {
      assert.equal((await raw.send(post('/v1/chat/completions', chat(`${i}`))).response()).status, 200);
    }
    assert.equal(origin.requests.length, 30);
    assert.equal(origin.connections, 1);
    raw.close();
  });

  test('more at once than the upstream may have: they wait, and past that are told so', async (t) => {
    const held = [];
    const origin = await Origin.start(t, () => new Promise((resolve) => held.push(() => resolve(answer(200, completion('held'))))));
    const gate = await startGate(t, {
      upstream: origin.url,
      upstreamOptions: { max_connections: 2, max_waiting: 2, wait_timeout: '20s' },
    });
    const asks = [...Array(4).keys()].map((i) => once1(gate.port, post('/v1/chat/completions', chat(`${i}`))));
    await origin.had(2);
    // The fifth finds two running and two waiting, once all four have come that far.
    let busy;
    do {
      busy = await Promise.race([once1(gate.port, post('/v1/chat/completions', chat('late'))), origin.had(3).catch(() => null)]);
      if (busy?.status === 200) assert.fail('nothing was released yet');
    } while (busy === null);
    assert.equal(busy.status, 503);
    assert.equal(busy.headers['x-stopgate-reason'], 'upstream_busy');
    let done = 0;
    while (done < 4) {
      await origin.had(done + 1);
      held[done++]();
    }
    for (const got of await Promise.all(asks)) assert.equal(got.status, 200);
  });

  test('a client that goes away ends the call to the model', async (t) => {
    let gone;
    const closed = new Promise((resolve) => (gone = resolve));
    const origin = await Origin.start(t, (_, socket) => {
      socket.once('close', gone);
      return undefined;
    });
    const gate = await startGate(t, { upstream: origin.url });
    const raw = await RawClient.connect(gate.port);
    raw.send(post('/v1/chat/completions', chat('hi')));
    await origin.had(1);
    raw.socket.resetAndDestroy();
    await closed;
    const records = await gate.records((list) => list.length >= 1);
    assert.equal(records[0].reason, 'client_gone');
    assert.equal(records[0].client, '127.0.0.1');
    assert.equal(records[0].status, 0);
  });

  test('several servers are taken in turn, and a dead one is passed over', async (t) => {
    const one = await Origin.start(t, () => answer(200, completion('one')));
    const two = await Origin.start(t, () => answer(200, completion('two')));
    const gate = await startGate(t, { config: { upstreams: { model: { servers: [one.url, two.url, 'http://127.0.0.1:1'] } } } });
    for (let i = 0; i < 12; i++) {
      assert.equal((await once1(gate.port, post('/v1/chat/completions', chat(`${i}`)))).status, 200);
    }
    assert.ok(one.requests.length > 0 && two.requests.length > 0);
  });
});
