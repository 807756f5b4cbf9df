// nginx from Debian as the upstream: sized, chunked, HEAD, 204, 304, gzip though identity was asked,
// and files that pass unread without being held.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { before, describe, test } from 'node:test';
import zlib from 'node:zlib';
import { startGate } from '../lib/gate.mjs';
import { once1, RawClient } from '../lib/http.mjs';
import { memoryOf } from '../lib/memory.mjs';
import { startNginx } from '../lib/nginx.mjs';
import { reduced, temporary } from '../lib/paths.mjs';
import { RESIDENT_ID, RESIDENT_ID_MASKED } from '../lib/samples.mjs';
import { scope } from '../lib/scope.mjs';

const MIB = 1024 * 1024;

describe('nginx as the upstream', () => {
  let nginx, gate, root;
  const shared = scope();
  const text = 'Some clean text; 干净的文字。\n'.repeat(200);
  const size = (reduced ? 32 : 300) * MIB;

  before(async () => {
    root = temporary(shared);
    fs.writeFileSync(path.join(root, 'clean.txt'), text);
    fs.writeFileSync(path.join(root, 'leak.txt'), `${text}身份证 ${RESIDENT_ID}\n`);
    fs.writeFileSync(path.join(root, 'data.json'), JSON.stringify({ text }));
    fs.writeFileSync(path.join(root, 'packed.txt'), zlib.gzipSync(`${text}${RESIDENT_ID}`));
    fs.writeFileSync(path.join(root, 'empty.txt'), '');
    const block = Buffer.alloc(MIB, 'a binary block without any meaning ');
    const file = fs.openSync(path.join(root, 'large.bin'), 'w');
    for (let at = 0; at < size; at += MIB) fs.writeSync(file, block);
    fs.closeSync(file);
    nginx = await startNginx(shared, root);
    gate = await startGate(shared, { upstream: nginx.url, policy: { on_unscannable: 'allow' } });
  });

  const get = (target, headers = '', method = 'GET') =>
    once1(gate.port, `${method} ${target} HTTP/1.1\r\nHost: h\r\n${headers}\r\n`, method);

  test('sized answers', async () => {
    const got = await get('/clean.txt');
    assert.equal(got.status, 200);
    assert.equal(got.body.toString(), text);
    assert.match(got.headers.server, /nginx/);
    assert.equal((await get('/leak.txt')).body.toString(), `${text}身份证 ${RESIDENT_ID_MASKED}\n`);
    assert.equal((await get('/data.json')).body.toString(), JSON.stringify({ text }));
  });

  test('chunked answers', async () => {
    const direct = await once1(nginx.port, 'GET /chunked/clean.txt HTTP/1.1\r\nHost: h\r\n\r\n');
    assert.equal(direct.headers['transfer-encoding'], 'chunked', 'nginx sends this one in chunks');
    const got = await get('/chunked/clean.txt');
    assert.equal(got.body.toString(), direct.body.toString());
    assert.equal((await get('/chunked/leak.txt')).body.includes(RESIDENT_ID), false);
  });

  test('HEAD, 204, 304, empty files, errors and redirects', async () => {
    const head = await get('/clean.txt', '', 'HEAD');
    assert.equal(head.status, 200);
    assert.equal(head.headers['content-type'], 'text/plain');
    assert.equal(head.headers['transfer-encoding'], undefined);
    assert.equal((await get('/nothing')).status, 204);
    const { headers } = await get('/clean.txt');
    assert.ok(headers.etag, 'what was not changed keeps its ETag');
    const same = await get('/clean.txt', `If-None-Match: ${headers.etag}\r\n`);
    assert.equal(same.status, 304);
    assert.equal(same.headers.etag, headers.etag);
    const empty = await get('/empty.txt');
    assert.equal(empty.status, 200);
    assert.equal(empty.body.length, 0);
    assert.equal((await get('/missing')).status, 404);
    const moved = await get('/moved');
    assert.equal(moved.status, 301);
    assert.equal(moved.headers.location, 'http://elsewhere.example/');
  });

  test('all of these on one connection, pipelined', async () => {
    const raw = await RawClient.connect(gate.port);
    const asks = [['GET', '/clean.txt', 200], ['HEAD', '/clean.txt', 200], ['GET', '/nothing', 204], ['GET', '/chunked/clean.txt', 200],
      ['GET', '/missing', 404], ['HEAD', '/missing', 404], ['GET', '/empty.txt', 200], ['GET', '/clean.txt', 200]];
    raw.send(asks.map(([method, target]) => `${method} ${target} HTTP/1.1\r\nHost: h\r\n\r\n`).join(''));
    for (const [method, target, status] of asks) {
      assert.equal((await raw.response(method)).status, status, `${method} ${target}`);
    }
    raw.close();
  });

  test('ranges are parts of a text: what is asked for is still read', async () => {
    const got = await get('/leak.txt', 'Range: bytes=-60\r\n');
    assert.ok([200, 206].includes(got.status));
    assert.ok(!got.body.includes(RESIDENT_ID));
  });

  test('gzip though identity was asked is decoded and read', async () => {
    const direct = await once1(nginx.port, 'GET /packed.txt HTTP/1.1\r\nHost: h\r\nAccept-Encoding: identity\r\n\r\n');
    assert.equal(direct.headers['content-encoding'], 'gzip');
    const got = await get('/packed.txt', 'Accept-Encoding: gzip, br\r\n');
    assert.equal(got.headers['content-encoding'], undefined);
    assert.equal(got.body.toString(), `${text}${RESIDENT_ID_MASKED}`);
  });

  const download = (target) => new Promise((resolve, reject) => {
    http.get(`${gate.url}${target}`, (response) => {
      const hash = createHash('sha256');
      let n = 0;
      response.on('data', (piece) => {
        hash.update(piece);
        n += piece.length;
      }).on('end', () => resolve({ n, hash: hash.digest('hex'), headers: response.headers })).on('error', reject);
    }).on('error', reject);
  });

  test('a large file that cannot be read passes without being held', async () => {
    const expected = createHash('sha256').update(fs.readFileSync(path.join(root, 'large.bin'))).digest('hex');
    const [worker] = await gate.workers();
    const before = memoryOf(worker);
    for (const target of ['/large.bin', '/chunked/large.bin']) {
      const { n, hash } = await download(target);
      assert.equal(n, size);
      assert.equal(hash, expected);
    }
    const grown = memoryOf(worker).peak - before.now;
    if (!reduced) assert.ok(grown < 16 * MIB, `the worker's memory grew by ${grown} bytes`);
  });

  test('a reader that takes nothing makes nginx wait, and is cut in time', async (t) => {
    const slow = await startGate(t, {
      upstream: nginx.url, policy: { on_unscannable: 'allow' }, config: { timeouts: { send: '1s' } },
    });
    const [worker] = await slow.workers();
    const before = memoryOf(worker);
    const raw = await RawClient.connect(slow.port);
    raw.socket.pause();
    raw.send('GET /large.bin HTTP/1.1\r\nHost: h\r\n\r\n');
    const [record] = await slow.records((list) => list.length === 1);
    assert.equal(record.reason, 'timeout_send');
    assert.equal(record.output.reason, 'type_unknown');
    assert.ok(record.output.bytes < 16 * MIB, `${record.output.bytes} bytes were taken from the upstream`);
    if (!reduced) assert.ok(memoryOf(worker).peak - before.now < 16 * MIB);
    raw.close();
  });

  test('keep-alive to nginx: many exchanges, few connections', async () => {
    const before = await nginx.connections();
    const raw = await RawClient.connect(gate.port);
    for (let i = 0; i < 50; i++) {
      assert.equal((await raw.send('GET /clean.txt HTTP/1.1\r\nHost: h\r\n\r\n').response()).status, 200);
    }
    raw.close();
    const made = (await nginx.connections()) - before;
    assert.ok(made <= 3, `${made} connections for 50 exchanges`);
  });

  test('the same in one process', async (t) => {
    const single = await startGate(t, { upstream: nginx.url, single: true });
    const got = await once1(single.port, 'GET /leak.txt HTTP/1.1\r\nHost: h\r\n\r\n');
    assert.equal(got.body.toString(), `${text}身份证 ${RESIDENT_ID_MASKED}\n`);
    assert.equal((await single.record(got)).action, 'redact');
  });
});

