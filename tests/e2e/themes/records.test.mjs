// One record an exchange, with the right members, and never a byte of what people wrote.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { before, describe, test } from 'node:test';
import { startGate } from '../lib/gate.mjs';
import { answer, chat, completion, once1, Origin, post, RawClient } from '../lib/http.mjs';
import { AWS_KEY, RESIDENT_ID, SECRECY_MARK } from '../lib/samples.mjs';
import { scope } from '../lib/scope.mjs';

describe('records', () => {
  let origin, gate, reply;
  const shared = scope();

  before(async () => {
    reply = answer(200, completion('ok'));
    origin = await Origin.start(shared, () => reply);
    gate = await startGate(shared, {
      upstream: origin.url, path: '/v1/',
      config: { log_level: 'debug', tenants: [{ name: 'civil-affairs', key_sha256: '2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae' }] },
    });
  });

  const ask = (body, headers) => once1(gate.port, post('/v1/chat/completions', body, headers));

  test('every member of a redacted exchange', async () => {
    reply = answer(200, completion(`id ${RESIDENT_ID}`));
    const body = chat(`mine is ${RESIDENT_ID}`, { user: 'u-17', model: 'qwen-max' });
    const began = Date.now();
    const got = await ask(body, { Authorization: 'Bearer foo' });
    const r = await gate.record(got);
    assert.equal(r.schema, 'stopgate.record/1');
    assert.ok(Math.abs(Date.parse(r.time) - began) < 10000, r.time);
    for (const [name, value] of Object.entries({
      client: '127.0.0.1', tenant: 'civil-affairs', user: 'u-17', route: '/v1/', upstream: 'model', api: 'openai',
      operation: 'chat.completions', method: 'POST', model: 'qwen-max', model_answered: 'm', stream: false, action: 'redact',
      reason: 'ok', rule: 'cn-resident-id', policy: 'office', status: 200, upstream_status: 200, match_count: 2,
    })) assert.deepEqual(r[name], value, name);
    assert.match(r.policy_line, /policy\.yaml:\d+$/);
    assert.match(r.snapshot, /^[0-9a-f]{16,}$/);
    assert.equal(r.prompt.bytes, Buffer.byteLength(body));
    assert.ok(r.prompt.scanned > 0 && r.prompt.unscannable === 0);
    assert.ok(r.total_ns > 0 && r.upstream_ns > 0 && r.total_ns >= r.upstream_ns);
    const [prompt, output] = r.matches;
    assert.equal(prompt.direction, 'prompt');
    assert.equal(prompt.rule, 'cn-resident-id');
    assert.equal(prompt.category, 'data-leak.personal');
    assert.equal(prompt.severity, 'high');
    assert.equal(prompt.role, 'user');
    assert.equal(prompt.action, 'redact');
    assert.equal(body.slice(prompt.begin, prompt.end), RESIDENT_ID, 'where it stands');
    assert.match(prompt.path, /messages.*content/);
    assert.equal(output.direction, 'output');
    assert.equal(output.role, 'assistant');
    reply = answer(200, completion('ok'));
  });

  test('each way to end has its record', async () => {
    const ways = [
      [chat('clean'), {}, { action: 'allow', reason: 'ok', status: 200 }],
      [chat(SECRECY_MARK), {}, { action: 'block', reason: 'content_filter', status: 400, direction: 'prompt', upstream_status: 0 }],
      ['{', {}, { action: 'block', reason: 'json_syntax', status: 400, upstream_status: 0 }],
      ['x', { 'Content-Type': 'image/png' }, { action: 'block', reason: 'type_unknown', status: 415 }],
    ];
    for (const [body, headers, expected] of ways) {
      const r = await gate.record(await ask(body, headers));
      for (const [name, value] of Object.entries(expected)) assert.deepEqual(r[name], value, `${expected.reason}: ${name}`);
    }
    const lost = await once1(gate.port, 'GET /elsewhere HTTP/1.1\r\nHost: h\r\n\r\n');
    assert.equal((await gate.record(lost)).reason, 'no_route');
  });

  test('nothing people wrote is in any record or log', async () => {
    const marks = ['zx-prompt-7731', 'zx-header-7732', 'zx-bearer-7733', 'zx-query-7734', 'zx-answer-7735', 'zx-key-7736', 'zx-broken-7737', 'zx-field-7738', 'zx-name-7739'];
    const [prompt, header, bearer, query, reply1, key, broken, field, name] = marks;
    reply = answer(200, completion(`${reply1} ${AWS_KEY} ${RESIDENT_ID} ${SECRECY_MARK}${reply1}`));
    const headers = { Authorization: `Bearer ${bearer}`, 'X-Custom': header, [`X-${name}`]: '1', Cookie: `c=${header}` };
    const target = `/v1/chat/completions?q=${query}`;
    for (const bytes of [
      post(target, chat(`${prompt} ${SECRECY_MARK}${prompt}`), headers),
      post(target, chat(`${prompt} ${RESIDENT_ID} ${AWS_KEY}`), headers),
      post(target, chat(`${prompt}`, { [key]: field, metadata: { [`${key} ${RESIDENT_ID}`]: `${field} ${AWS_KEY}` } }), headers),
      post(target, `{"${broken}": ${broken}`, headers),
      post(`/nowhere/${query}`, chat(prompt), headers),
      post(target, chat(prompt), { ...headers, 'Content-Type': `application/${name}` }),
      post(target, chat(prompt), { ...headers, Expect: broken }),
      post(target, chat(prompt), { ...headers, 'Transfer-Encoding': broken }),
      `GET /v1/${query} ${broken} HTTP/1.1\r\nHost: h\r\n\r\n`,
      `GET /v1/ HTTP/1.1\r\nHost: ${broken} x\r\n\r\n`,
    ]) {
      const raw = await RawClient.connect(gate.port);
      const got = await raw.send(bytes).response();
      assert.ok(got.status >= 200);
      const told = JSON.stringify(got.headers) + got.body.toString();
      for (const mark of [prompt, bearer, broken]) assert.ok(!told.includes(mark), `${mark} in ${told}`);
      await gate.record(got);
      raw.close();
    }
    await gate.stop();
    gate.stopped = true;
    const files = fs.readdirSync(gate.folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !/\.yaml$/.test(entry.name))
      .map((entry) => path.join(entry.parentPath, entry.name));
    assert.ok(files.includes(gate.recordFile));
    const written = [gate.log, ...files.map((file) => fs.readFileSync(file, 'utf8'))].join('\n');
    for (const secret of [...marks, AWS_KEY, RESIDENT_ID, SECRECY_MARK, RESIDENT_ID.slice(-8)]) {
      const at = written.indexOf(secret);
      assert.equal(at, -1, `${secret}: ...${written.slice(Math.max(0, at - 200), at + 60)}`);
    }
  });

  test('records are one line of JSON each, whatever names come from outside', async (t) => {
    const other = await startGate(t, { upstream: origin.url });
    reply = answer(200, completion('ok'));
    const model = 'm"\\\n\u2028\u0007模型😀'.repeat(20);
    const got = await once1(other.port, post('/v1/chat/completions', chat('hi', { model, user: '\u0000\u001b[31m' })));
    assert.equal(got.status, 200);
    const r = await other.record(got);
    assert.ok(model.startsWith(r.model.replaceAll('?', '')), r.model);
    assert.ok(Buffer.byteLength(r.model) <= 128);
    assert.equal(fs.readFileSync(other.recordFile, 'utf8').split('\n').length, 2);
    assert.equal(fs.statSync(other.recordFile).mode & 0o077 & 0o027, 0, 'others cannot read records');
  });

  test('SIGUSR1 reopens the file after rotation', async (t) => {
    const other = await startGate(t, { upstream: origin.url });
    const send = () => once1(other.port, post('/v1/chat/completions', chat('hi')));
    await other.record(await send());
    fs.renameSync(other.recordFile, `${other.recordFile}.1`);
    const made = new Promise((resolve) => {
      const watcher = fs.watch(path.dirname(other.recordFile), () => {
        if (fs.existsSync(other.recordFile)) resolve(watcher.close());
      });
    });
    other.child.signal('SIGUSR1');
    await made;
    await other.record(await send());
    assert.equal(fs.readFileSync(`${other.recordFile}.1`, 'utf8').trim().split('\n').length, 1);
  });
});
