// Bodies: broken, huge, deep, compressed, of unknown kinds; under each `on_unscannable`.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import zlib from 'node:zlib';
import { startGate } from '../lib/gate.mjs';
import { answer, chat, completion, once1, Origin, post } from '../lib/http.mjs';
import { reduced } from '../lib/paths.mjs';
import { RESIDENT_ID, RESIDENT_ID_MASKED, SECRECY_MARK } from '../lib/samples.mjs';
import { scope } from '../lib/scope.mjs';

const MIB = 1024 * 1024;

describe('bodies', () => {
  let origin, gate, reply;
  const shared = scope();

  before(async () => {
    origin = await Origin.start(shared, () => reply);
    reply = answer(200, completion('ok'));
    gate = await startGate(shared, {
      upstream: origin.url,
      config: {
        routes: ['block', 'flag', 'allow'].map((name) => ({ path: `/${name}/`, api: 'openai', upstream: 'model', policy: name })),
        limits: { request_body: '64MiB', response_body: '64MiB', exchange_memory: '512MiB' },
      },
      policies: Object.fromEntries(['block', 'flag', 'allow'].map((name) => [name, {
        on_unscannable: name,
        prompt: [{ category: 'data-leak.state-secret', action: 'block' }, { category: 'data-leak.personal', action: 'redact' }],
        output: [{ category: 'data-leak.state-secret', action: 'block' }, { category: 'data-leak.personal', action: 'redact' }],
      }])),
    });
  });

  const send = async (body, headers, route = 'block') => {
    const before = origin.requests.length;
    const got = await once1(gate.port, post(`/${route}/chat/completions`, body, headers));
    return { got, seen: origin.requests[before], code: got.headers['x-stopgate-reason'] };
  };

  const refused = async (body, code, status, headers) => {
    for (const route of ['block', 'flag', 'allow']) {
      const { got, seen, code: told } = await send(body, headers, route);
      assert.equal(told, code, `${code} under ${route}`);
      assert.equal(got.status, status);
      assert.equal(seen, undefined, 'the model endpoint saw nothing');
      assert.equal(JSON.parse(got.body).error.code, code);
    }
  };

  for (const [what, body] of [
    ['cut short', '{"messages":[{"role":"user","content":"hi"}'], ['two documents', '{} {}'], ['empty', ''.padEnd(3)],
    ['a comment', '{"a":1 /* x */}'], ['single quotes', "{'a':1}"], ['a trailing comma', '{"a":[1,]}'],
    ['a bare word', '{"a":yes}'], ['a leading zero', '{"a":01}'], ['NaN', '{"a":NaN}'], ['a raw line end in a string', '{"a":"x\ny"}'],
    ['an unknown escape', '{"a":"\\x41"}'], ['a NUL', '{"a":1}\0'], ['a byte order mark', '\ufeff{}'], ['a form feed', '{\f}'],
  ]) {
    test(`broken JSON is refused whatever the policy: ${what}`, () => refused(body, 'json_syntax', 400));
  }

  test('duplicate keys are refused, however they are spelt', async () => {
    await refused('{"model":"a","model":"b"}', 'json_duplicate_key', 400);
    await refused('{"messages":[{"content":"a","cont\\u0065nt":"b"}]}', 'json_duplicate_key', 400);
    const keys = [...Array(5000).keys()].map((i) => `"k${i}":1`);
    await refused(`{${keys.join(',')},"k77":2}`, 'json_duplicate_key', 400);
  });

  test('bad UTF-8 is refused', async () => {
    for (const bad of [[0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe4, 0xbd]]) {
      const body = Buffer.concat([Buffer.from('{"a":"秘密'), Buffer.from(bad), Buffer.from('文件"}')]);
      await refused(body, 'text_utf8', 400);
      await refused(body, 'text_utf8', 400, { 'Content-Type': 'text/plain' });
    }
    await refused('{"a":"\\ud800"}', 'json_surrogate', 400);
    await refused('{"a":"\\udc00\\ud800"}', 'json_surrogate', 400);
  });

  test('deep nesting is refused, and costs nothing', async () => {
    await refused('['.repeat(129) + ']'.repeat(129), 'json_depth', 400);
    await refused('['.repeat(10 * MIB), 'json_depth', 400);
    await refused('{"a":'.repeat(MIB), 'json_depth', 400);
    const { got } = await send('['.repeat(120) + ']'.repeat(120));
    assert.equal(got.status, 200);
  });

  test('more values than the limit are refused', () => refused(`[${'1,'.repeat(1000001)}1]`, 'json_nodes', 400));

  test('more matches than the limit are refused', () =>
    refused(JSON.stringify({ messages: [{ role: 'user', content: 'wang.li@mail-one.cn '.repeat(10001) }] }), 'scan_limit', 413));

  test('a body at the limit of 64 MiB is read to its last byte', async () => {
    const size = (reduced ? 8 : 64) * MIB;
    const frame = (text) => `{"messages":[{"role":"user","content":"${text}"}]}`;
    const fill = 'a clean text. '.repeat(Math.ceil(size / 14));
    const clean = frame(fill.slice(0, size - frame('').length));
    const { got, seen } = await send(clean);
    assert.equal(got.status, 200);
    assert.ok(seen.body.equals(Buffer.from(clean)), 'unchanged');
    const tail = `${SECRECY_MARK}`;
    const leak = frame(fill.slice(0, size - frame('').length - Buffer.byteLength(tail)) + tail);
    const blocked = await send(leak);
    assert.equal(blocked.code, 'content_filter');
    assert.equal(blocked.seen, undefined);
    if (!reduced) {
      assert.equal((await send(' '.repeat(64 * MIB + 1))).code, 'body_size');
    }
  });

  for (const [coding, pack] of [['gzip', zlib.gzipSync], ['deflate', zlib.deflateSync], ['br', zlib.brotliCompressSync]]) {
    test(`${coding}: read, redacted, sent on decoded`, async () => {
      const body = chat(`我的身份证号 ${RESIDENT_ID}`);
      const { got, seen } = await send(pack(body), { 'Content-Encoding': coding });
      assert.equal(got.status, 200);
      assert.equal(seen.body.toString(), body.replace(RESIDENT_ID, RESIDENT_ID_MASKED));
      assert.equal(seen.headers['content-encoding'], undefined);
      assert.equal((await send(pack(chat(SECRECY_MARK)), { 'Content-Encoding': coding })).code, 'content_filter');
    });

    test(`${coding}: answers are decoded and read`, async () => {
      reply = answer(200, pack(completion(`见 ${RESIDENT_ID}`)), { 'Content-Encoding': coding, ETag: '"x"' });
      const { got } = await send(chat('hi'));
      reply = answer(200, completion('ok'));
      assert.equal(got.headers['content-encoding'], undefined);
      assert.equal(JSON.parse(got.body).choices[0].message.content, `见 ${RESIDENT_ID_MASKED}`);
      assert.equal(got.headers.etag, undefined, 'the old bytes are gone');
    });

    test(`${coding}: damaged, cut, trailed and bombs are refused`, async () => {
      const good = pack(chat('hello hello hello'));
      const headers = { 'Content-Encoding': coding };
      const damaged = Buffer.from(good);
      damaged[Math.floor(damaged.length / 2)] ^= 0xff;
      const { code, seen } = await send(damaged, headers);
      assert.ok(['coding_syntax', 'json_syntax', 'text_utf8'].includes(code), code);
      assert.equal(seen, undefined);
      await refused(good.subarray(0, good.length - 3), 'coding_syntax', 400, headers);
      await refused(Buffer.concat([good, Buffer.from('tail')]), 'coding_syntax', 400, headers);
      const bomb = pack(Buffer.alloc(20 * MIB, 0x20));
      assert.ok(bomb.length < 100000);
      await refused(bomb, 'coding_ratio', 413, headers);
    });
  }

  test('under the ratio but over the size: refused as too large', async () => {
    const noise = Buffer.alloc(65 * MIB, 'lorem ipsum dolor sit amet');
    for (let i = 0; i < noise.length; i += 40) noise[i] = 97 + (i * 7919) % 26;
    const packed = zlib.gzipSync(noise, { level: 1 });
    assert.ok(noise.length / packed.length < 100, `ratio ${noise.length / packed.length}`);
    await refused(packed, 'coding_size', 413, { 'Content-Encoding': 'gzip' });
  });

  const unscannable = async (body, code, headers) => {
    const blocked = await send(body, headers, 'block');
    assert.equal(blocked.code, code);
    assert.equal(blocked.got.status, 415);
    assert.equal(blocked.seen, undefined);
    for (const route of ['flag', 'allow']) {
      const passed = await send(body, headers, route);
      assert.equal(passed.got.status, 200, `${code} under ${route}`);
      assert.ok(passed.seen.body.equals(Buffer.from(body)), 'unchanged');
      const record = await gate.record(passed.got);
      assert.equal(record.action, route);
      assert.equal(record.prompt.reason, code);
      assert.equal(record.prompt.unscannable, Buffer.byteLength(body));
    }
  };

  test('unknown types and codings go by on_unscannable', async () => {
    await unscannable(Buffer.from([0, 1, 2, 255]), 'type_unknown', { 'Content-Type': 'application/octet-stream' });
    await unscannable('x', 'type_unknown', { 'Content-Type': 'image/png' });
    await unscannable('hello', 'type_missing', { 'Content-Type': undefined });
    await unscannable('{}', 'coding_unknown', { 'Content-Encoding': 'zstd' });
    await unscannable('{}', 'coding_unknown', { 'Content-Encoding': 'gzip, gzip' });
    await unscannable(Buffer.from('密', 'utf16le'), 'charset_unknown', { 'Content-Type': 'text/plain; charset=utf-16' });
    await unscannable('{}', 'charset_unknown', { 'Content-Type': 'application/json; charset=gb18030' });
  });

  test('a malformed type is refused whatever the policy', async () => {
    await refused('{}', 'type_invalid', 400, { 'Content-Type': 'application/json; charset' });
    await refused('{}', 'type_invalid', 400, { 'Content-Type': 'json' });
    await refused('{}', 'type_invalid', 400, { 'Content-Type': 'application/json\r\nContent-Type: text/plain' });
  });

  test('plain text and XML are read', async () => {
    for (const type of ['text/plain', 'text/markdown; charset=UTF-8', 'application/xml', 'application/vnd.x+json']) {
      const body = type.includes('json') ? JSON.stringify(`见 ${RESIDENT_ID}`) : `见 ${RESIDENT_ID}`;
      const { seen } = await send(body, { 'Content-Type': type });
      assert.equal(seen?.body.toString(), body.replace(RESIDENT_ID, RESIDENT_ID_MASKED), type);
    }
  });

  test('forms are read, names and values', async () => {
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
    const mark = encodeURIComponent(SECRECY_MARK);
    assert.equal((await send(`a=1&b=x+${mark}`, headers)).code, 'content_filter');
    assert.equal((await send(`a=1&${mark}=x`, headers)).code, 'content_filter');
    const { seen } = await send(`a=%31&id=${RESIDENT_ID}&b=x+y`, headers);
    const fields = new URLSearchParams(seen.body.toString());
    assert.equal(fields.get('id'), RESIDENT_ID_MASKED);
    assert.ok(seen.body.toString().startsWith('a=%31&id='));
    assert.ok(seen.body.toString().endsWith('&b=x+y'));
    await refused('a=%zz', 'form_syntax', 400, headers);
  });

  test('multipart: texts are read, binary parts go by on_unscannable, broken ones are refused', async () => {
    const form = (parts, end = '--b--\r\n') => Buffer.concat([
      ...parts.map(([headers, body]) => Buffer.concat([Buffer.from(`--b\r\nContent-Disposition: form-data; ${headers}\r\n\r\n`), Buffer.from(body), Buffer.from('\r\n')])),
      Buffer.from(end)]);
    const headers = { 'Content-Type': 'multipart/form-data; boundary=b' };
    const { seen } = await send(form([['name="prompt"', `draw ${RESIDENT_ID}`], ['name="n"', '1']]), headers);
    assert.equal(seen.body.toString(), form([['name="prompt"', `draw ${RESIDENT_ID_MASKED}`], ['name="n"', '1']]).toString());
    assert.equal((await send(form([['name="prompt"', SECRECY_MARK]]), headers)).code, 'content_filter');
    const image = form([['name="prompt"', 'edit it'], ['name="image"; filename="a.png"\r\nContent-Type: image/png', Buffer.from([0x89, 0x50, 0, 255])]]);
    assert.equal((await send(image, headers)).code, 'part_binary');
    const passed = await send(image, headers, 'allow');
    assert.equal(passed.got.status, 200);
    assert.ok(passed.seen.body.equals(image));
    const leak = form([['name="prompt"', SECRECY_MARK], ['name="image"; filename="a.png"\r\nContent-Type: image/png', 'x']]);
    assert.equal((await send(leak, headers, 'allow')).code, 'content_filter', 'the texts beside it are still read');
    await refused(form([['name="a"', '1']], ''), 'multipart_syntax', 400, headers);
  });

  test('a browser-made form of the platform is read', async () => {
    const form = new FormData();
    form.set('prompt', `a ${RESIDENT_ID}`);
    form.set('file', new Blob(['plain text'], { type: 'text/plain' }), 'notes.txt');
    const response = await fetch(`${gate.url}/block/images/edits`, { method: 'POST', body: form });
    assert.equal(response.status, 200);
    assert.ok(origin.requests.at(-1).body.includes(RESIDENT_ID_MASKED));
    assert.ok(origin.requests.at(-1).body.includes('plain text'));
  });

  test('answers that cannot be read go by on_unscannable too', async () => {
    const binary = Buffer.from([0, 1, 2, 3, 255]);
    for (const [headers, code] of [
      [{ 'Content-Type': 'audio/mpeg' }, 'type_unknown'], [{ 'Content-Type': undefined }, 'type_missing'],
      [{ 'Content-Encoding': 'zstd' }, 'coding_unknown'], [{ 'Content-Type': 'text/event-stream' }, 'streamed'],
    ]) {
      reply = answer(200, binary, headers);
      const blocked = await send(chat('hi'));
      assert.equal(blocked.got.status, 502);
      assert.equal(blocked.code, code);
      for (const route of ['flag', 'allow']) {
        const { got } = await send(chat('hi'), undefined, route);
        assert.equal(got.status, 200);
        assert.ok(got.body.equals(binary));
        const record = await gate.record(got);
        assert.equal(record.action, route);
        assert.equal(record.output.unscannable, binary.length);
      }
    }
    reply = answer(200, completion('ok'));
  });

  test('answers that are broken never pass', async () => {
    for (const [body, headers, code] of [
      ['{"a":', {}, 'json_syntax'], ['{"a":1,"a":2}', {}, 'json_duplicate_key'], [Buffer.from([0x22, 0xff, 0x22]), {}, 'text_utf8'],
      ['not gzip', { 'Content-Encoding': 'gzip' }, 'coding_syntax'],
    ]) {
      reply = answer(200, body, headers);
      for (const route of ['block', 'flag', 'allow']) {
        const { got, code: told } = await send(chat('hi'), undefined, route);
        assert.equal(got.status, 502, code);
        assert.equal(told, code);
      }
    }
    reply = answer(200, completion('ok'));
  });
});
