// A short walk through everything under valgrind, in one process: no errors, nothing lost.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import zlib from 'node:zlib';
import { OFFICE, startGate } from '../lib/gate.mjs';
import { answer, chat, completion, once1, Origin, post, RawClient } from '../lib/http.mjs';
import { reduced, source, temporary } from '../lib/paths.mjs';
import { run } from '../lib/process.mjs';
import { RESIDENT_ID, SECRECY_MARK } from '../lib/samples.mjs';

const { code } = await run('valgrind', ['--version']).catch(() => ({ code: 1 }));
const skip = reduced ? 'the sanitizers look themselves' : code !== 0 ? 'valgrind is not installed' : false;

describe('valgrind', { skip }, () => {
  test('no errors and no leaks', async (t) => {
    const logs = temporary(t);
    let reply = answer(200, completion(`见 ${RESIDENT_ID}`));
    const origin = await Origin.start(t, (request, socket) => {
      if (request.target.endsWith('/reset')) {
        socket.resetAndDestroy();
        return undefined;
      }
      return reply;
    });
    const gate = await startGate(t, {
      upstream: origin.url,
      path: '/v1/',
      single: true,
      startWithin: 300000,
      policy: { on_unscannable: 'allow', prompt: OFFICE.prompt.filter((line) => line.category !== 'injection') },
      config: {
        limits: { offload_bytes: '4KiB' },
        rules: ['taxonomy.yaml', 'personal.yaml', 'secrecy.yaml'].map((name) => path.join(source, 'rules', name)),
      },
      under: ['valgrind', '--quiet', '--leak-check=full', '--show-leak-kinds=definite,indirect',
        '--errors-for-leak-kinds=definite,indirect', '--error-exitcode=99', `--log-file=${logs}/%p.log`,
        `--suppressions=${path.join(source, 'tests/e2e/valgrind.supp')}`],
    });
    const target = '/v1/chat/completions';
    const mp = '--b\r\nContent-Disposition: form-data; name="prompt"\r\n\r\nhi\r\n--b--\r\n';
    for (const bytes of [
      post(target, chat('clean')), post(target, chat(`x ${RESIDENT_ID}`)), post(target, chat(SECRECY_MARK)), post(target, '{"a":'),
      post(target, '{"a":1,"a":2}'), post(target, zlib.gzipSync(chat(`x ${RESIDENT_ID}`)), { 'Content-Encoding': 'gzip' }),
      post(target, zlib.brotliCompressSync(chat('x')), { 'Content-Encoding': 'br' }), post(target, 'bad', { 'Content-Encoding': 'gzip' }),
      post(target, `a=1&id=${RESIDENT_ID}`, { 'Content-Type': 'application/x-www-form-urlencoded' }),
      post(target, mp, { 'Content-Type': 'multipart/form-data; boundary=b' }), post(target, 'xx', { 'Content-Type': 'image/png' }),
      post('/nowhere', chat('x')), post('/v1/reset', chat('x')), post(target, chat(`${'large '.repeat(20000)}${RESIDENT_ID}`)),
      post(target, chat('MTEwMTAxMTk5MDAzMDcwMDExIGlzIG15IGlkIG51bWJlcg==')),
      'GET /v1/x?q=1 HTTP/1.1\r\nHost: h\r\n\r\n', 'GET / HTTP/1.1\nHost: h\r\n\r\n', 'GET /v1/ HTTP/1.1\r\nHost : h\r\n\r\n',
    ]) {
      const got = await once1(gate.port, bytes);
      assert.ok(got.status >= 200);
    }
    reply = answer(200, Buffer.from([1, 2, 3]), { 'Content-Type': 'audio/mpeg' });
    assert.equal((await once1(gate.port, post(target, chat('x')))).status, 200);
    reply = 'garbage\r\n\r\n';
    assert.equal((await once1(gate.port, post(target, chat('x')))).status, 502);
    const gone = await RawClient.connect(gate.port);
    gone.send('POST /v1/x HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nhalf');
    gone.socket.resetAndDestroy();
    assert.match(await gate.reload(undefined, 300000), /reloaded/);
    reply = answer(200, completion('after'));
    assert.equal((await once1(gate.port, post(target, chat('x')))).status, 200);
    await gate.stop({ ms: 120000 }).catch((error) => {
      error.message += `\n${fs.readdirSync(logs).map((file) => fs.readFileSync(path.join(logs, file), 'utf8')).join('\n').slice(0, 6000)}`;
      throw error;
    });
    gate.stopped = true;
  });
});
