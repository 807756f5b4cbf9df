// What the gate does to answers and requests of any shape: a scripted model endpoint, byte for byte.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { startGate } from '../lib/gate.mjs';
import { answer, chat, completion, once1, Origin, post, RawClient } from '../lib/http.mjs';
import { startMockApi } from '../lib/mock-api.mjs';
import { client } from '../lib/model.mjs';
import { AWS_KEY, RESIDENT_ID, RESIDENT_ID_MASKED, SECRECY_MARK } from '../lib/samples.mjs';
import { scope } from '../lib/scope.mjs';

describe('requests and answers, to the byte', () => {
  let origin, gate, reply;
  const shared = scope();

  before(async () => {
    origin = await Origin.start(shared, () => reply);
    gate = await startGate(shared, { upstream: origin.url });
  });

  const ask = async (body, headers) => {
    const before = origin.requests.length;
    const got = await once1(gate.port, post('/v1/chat/completions', body, headers));
    return { got, seen: origin.requests[before] };
  };

  test('odd but valid JSON goes through untouched', async () => {
    const odd = ' {\t"messages" :[ {"role":"user","content":"\\u4f60\\u597d \\/ \\ud83d\\ude00 caf\\u00e9"} ],\r\n "model":"m" , "n":1e0,"x":-0.0}\n ';
    reply = answer(200, completion('ok').replace('"ok"', '"\\u006fk\\/"'));
    const { got, seen } = await ask(odd);
    assert.equal(got.status, 200);
    assert.equal(seen.body.toString(), odd);
    assert.equal(got.body.toString(), completion('ok').replace('"ok"', '"\\u006fk\\/"'));
  });

  test('redaction changes just the matched bytes, escapes and all', async () => {
    reply = answer(200, completion('ok'));
    const escaped = [...RESIDENT_ID].map((digit) => `\\u00${digit.charCodeAt(0).toString(16)}`).join('');
    const body = `{"model":"m","messages":[{"role":"user","content":"\\"a\\" ${escaped} \\n\\u4f60"}],"seed":3}`;
    const { seen } = await ask(body);
    assert.equal(seen.body.toString(), body.replace(escaped, RESIDENT_ID_MASKED));
    assert.equal(seen.headers['content-length'], String(seen.body.length));
  });

  test('every choice of n > 1 is read', async () => {
    reply = answer(200, JSON.stringify({ id: 'c', object: 'chat.completion', choices: [
      { index: 0, message: { role: 'assistant', content: 'clean' }, finish_reason: 'stop' },
      { index: 1, message: { role: 'assistant', content: `id ${RESIDENT_ID}` }, finish_reason: 'stop' },
      { index: 2, message: { role: 'assistant', content: 'x', reasoning_content: `r ${RESIDENT_ID}` }, finish_reason: 'stop' },
    ] }));
    const { got } = await ask(chat('three please', { n: 3 }));
    const { choices } = JSON.parse(got.body);
    assert.deepEqual(choices.map((c) => c.message.content), ['clean', `id ${RESIDENT_ID_MASKED}`, 'x']);
    assert.equal(choices[2].message.reasoning_content, `r ${RESIDENT_ID_MASKED}`);
    assert.equal(got.headers['x-stopgate-action'], 'redact');
    assert.equal((await gate.record(got)).match_count, 2);
  });

  test('one blocked choice blocks the answer', async () => {
    reply = answer(200, JSON.stringify({ choices: [
      { index: 0, message: { content: 'clean' } }, { index: 1, message: { content: SECRECY_MARK } }] }));
    const { got } = await ask(chat('two please', { n: 2 }));
    assert.equal(got.status, 200);
    assert.equal(JSON.parse(got.body).choices[0].finish_reason, 'content_filter');
    assert.ok(!got.body.includes('clean'));
  });

  test('a leak in an unknown field or a key of an answer does not pass', async () => {
    reply = answer(200, completion('fine', { debug: { trace: [AWS_KEY] }, [`k ${AWS_KEY}`]: 1 }));
    const { got } = await ask(chat('hello'));
    assert.ok(!got.body.includes(AWS_KEY), got.body.toString());
    JSON.parse(got.body);
  });

  test("a leak in the model endpoint's error does not pass", async () => {
    reply = answer(500, JSON.stringify({ error: { message: `db key ${AWS_KEY}`, type: 'x' } }));
    const { got } = await ask(chat('hello'));
    assert.equal(got.status, 500);
    assert.ok(!got.body.includes(AWS_KEY));
  });

  test('a leak in the query is redacted or blocked', async () => {
    reply = answer(200, '{}');
    const before = origin.requests.length;
    const client1 = await once1(gate.port, `GET /v1/models?q=${encodeURIComponent(SECRECY_MARK)} HTTP/1.1\r\nHost: h\r\n\r\n`);
    assert.equal(client1.status, 400);
    assert.equal(client1.headers['x-stopgate-reason'], 'content_filter');
    assert.equal(origin.requests.length, before);
    await once1(gate.port, `GET /v1/models?id=${RESIDENT_ID}&b=2 HTTP/1.1\r\nHost: h\r\n\r\n`);
    assert.ok(!origin.requests.at(-1).target.includes(RESIDENT_ID), origin.requests.at(-1).target);
    assert.ok(origin.requests.at(-1).target.endsWith('&b=2'));
  });

  test('hop-by-hop headers end here; nobody speaks in the name of the gate', async () => {
    reply = answer(200, completion('ok'), { 'X-Stopgate-Action': 'allow', 'X-Stopgate-Id': 'forged', 'Keep-Alive': 'timeout=9', Connection: 'x-one', 'X-One': '1', 'X-Two': '2' });
    const { got, seen } = await ask(chat('hello'), {
      Connection: 'keep-alive, x-private', 'X-Private': 'p', 'Keep-Alive': '5', TE: 'trailers', 'Proxy-Authorization': 'Basic eA==',
      'X-Stopgate-Skip': '1', 'X-Custom': 'c', 'Accept-Encoding': 'gzip, br', Authorization: 'Bearer sk-client',
    });
    for (const name of ['x-private', 'keep-alive', 'te', 'proxy-authorization', 'x-stopgate-skip']) {
      assert.equal(seen.headers[name], undefined, name);
    }
    assert.equal(seen.headers['x-custom'], 'c');
    assert.equal(seen.headers.authorization, 'Bearer sk-client');
    assert.ok(['identity', undefined].includes(seen.headers['accept-encoding']), seen.headers['accept-encoding']);
    assert.equal(got.headers['x-two'], '2');
    for (const name of ['x-one', 'keep-alive']) assert.equal(got.headers[name], undefined, name);
    assert.match(got.headers['x-stopgate-id'], /^[0-9A-Z]{26}$/);
    assert.notEqual(got.headers['x-stopgate-action'], 'allow');
  });

  test('chunked both ways', async () => {
    const text = completion('chunked');
    reply = Buffer.from(`HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n${
      [...text].map((c) => `1;e=x\r\n${c}\r\n`).join('')}0\r\nX-Trailer: t\r\n\r\n`);
    const body = chat('你好');
    const bytes = Buffer.from(body);
    const pieces = [];
    for (let i = 0; i < bytes.length; i += 7) {
      const piece = bytes.subarray(i, i + 7);
      pieces.push(Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n'));
    }
    const raw = Buffer.concat([Buffer.from('POST /v1/chat/completions HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n'), ...pieces, Buffer.from('0\r\n\r\n')]);
    const got = await once1(gate.port, raw);
    assert.equal(got.body.toString(), text);
    assert.equal(origin.requests.at(-1).body.toString(), body);
    assert.equal(origin.requests.at(-1).headers['transfer-encoding'], undefined, 'framed anew');
  });

  test('a request sent byte by byte', async () => {
    reply = answer(200, completion('slow and steady'));
    const raw = await RawClient.connect(gate.port);
    for (const byte of post('/v1/chat/completions', chat('慢慢来'))) {
      raw.socket.write(Buffer.from([byte]));
    }
    assert.equal((await raw.response()).body.toString(), completion('slow and steady'));
    raw.close();
  });

  test('HTTP/1.0 clients get a length and a closed connection', async () => {
    reply = answer(200, completion('old'));
    const body = chat('hi');
    const raw = await RawClient.connect(gate.port);
    raw.send(`POST /v1/chat/completions HTTP/1.0\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
    assert.equal((await raw.response()).body.toString(), completion('old'));
    assert.equal((await raw.ended()).length, 0);
    raw.close();
  });

  test('a 1xx of the model endpoint does not confuse', async () => {
    reply = Buffer.concat([Buffer.from('HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n'), answer(200, completion('late'))]);
    const { got } = await ask(chat('hi'));
    assert.equal(got.status, 200);
    assert.equal(got.body.toString(), completion('late'));
  });

  test('paths of no route are refused', async () => {
    const other = await startGate({ after: shared.after }, { upstream: origin.url, path: '/v1/' });
    const got = await once1(other.port, post('/v2/chat', chat('hi')));
    assert.equal(got.status, 404);
    assert.equal(got.headers['x-stopgate-reason'], 'no_route');
    assert.equal((await other.record(got)).reason, 'no_route');
  });
});

describe('a second model server from npm', () => {
  test('openai-mock-api answers through the gate', async (t) => {
    const server = await startMockApi(t, [
      { id: 'greeting', messages: [{ role: 'user', content: '你好', matcher: 'contains' }, { role: 'assistant', content: '你好！有什么可以帮您？' }] },
      { id: 'leak', messages: [{ role: 'user', content: 'secret', matcher: 'contains' }, { role: 'assistant', content: `见 ${SECRECY_MARK}` }] },
    ]);
    const gate = await startGate(t, { upstream: server.url });
    const openai = client(gate.url, { apiKey: server.key });
    const ask = (content) => openai.chat.completions.create({ model: 'gpt-4', messages: [{ role: 'user', content }] });
    assert.equal((await ask('你好')).choices[0].message.content, '你好！有什么可以帮您？');
    assert.equal((await ask('tell a secret')).choices[0].finish_reason, 'content_filter');
    await assert.rejects(ask(`你好 ${SECRECY_MARK}`), { code: 'content_filter' });
    const models = await openai.models.list();
    assert.ok(models.data.length > 0);
  });
});
