// stopgate demo: runs to its end by itself, tells what happened, and leaves nothing behind.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { describe, test } from 'node:test';
import { stopgate } from '../lib/gate.mjs';
import { source, temporary } from '../lib/paths.mjs';
import { Child, run, within } from '../lib/process.mjs';

describe('stopgate demo', () => {
  test('exit 0, every exchange shown, no process and no file left', async (t) => {
    const folder = temporary(t);
    const got = await run(stopgate, ['demo'], {
      cwd: source, deadline: 120000, env: { ...process.env, TMPDIR: folder },
    });
    assert.equal(got.code, 0, got.stdout + got.stderr);
    assert.match(got.stdout, /block/);
    assert.match(got.stdout, /redact/);
    assert.ok(got.stdout.includes('0011'), 'the ID number, masked');
    assert.match(got.stdout, /demo/i);
    assert.deepEqual(fs.readdirSync(folder), []);
    const { stdout } = await run('ps', ['-eo', 'pid=,ppid=,stat=,args=']);
    const left = stdout.split('\n').filter((line) => line.includes(folder));
    assert.deepEqual(left, []);
  });

  test('interrupted half way, it cleans up as well', async (t) => {
    const folder = temporary(t);
    const child = new Child(stopgate, ['demo'], { cwd: source, env: { ...process.env, TMPDIR: folder } });
    t.after(() => child.signal('SIGKILL'));
    await within(new Promise((resolve) => child.process.stdout.once('data', resolve)), 'the first words');
    child.signal('SIGINT');
    const { code, signal } = await within(child.exited, () => child.stdout + child.log);
    assert.ok(code !== null || signal === 'SIGINT');
    assert.deepEqual(fs.readdirSync(folder), []);
  });
});

