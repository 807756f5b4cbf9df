// stopgated -t, and reloads that change everything or nothing.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { before, describe, test } from 'node:test';
import { configure, startGate, stopgate, stopgated, write } from '../lib/gate.mjs';
import { answer, chat, completion, once1, Origin, post, RawClient } from '../lib/http.mjs';
import { reduced, source, temporary } from '../lib/paths.mjs';
import { run } from '../lib/process.mjs';
import { RESIDENT_ID, RESIDENT_ID_MASKED } from '../lib/samples.mjs';
import { scope } from '../lib/scope.mjs';

const RULE = (id, word) => ({
  rules: [{ id, title: 'A word', category: 'other', severity: 'high', pattern: word, match: [word], clean: ['nothing'] }],
});

describe('stopgated -t', () => {
  const check = (file, ...args) => run(stopgated, ['-t', '-c', file, ...args]);

  test('a good configuration: exit 0', async (t) => {
    const got = await check(configure(temporary(t)));
    assert.equal(got.code, 0, got.stderr);
    assert.match(got.stdout, /good; \d+ rules, \d+ examples/);
  });

  test('the shipped configuration is good', async (t) => {
    const folder = temporary(t);
    fs.mkdirSync(path.join(folder, 'etc'));
    fs.cpSync(path.join(source, 'etc'), path.join(folder, 'etc'), { recursive: true });
    fs.cpSync(path.join(source, 'rules'), path.join(folder, 'rules'), { recursive: true });
    const got = await check(path.join(folder, 'etc/stopgate.yaml'));
    assert.equal(got.code, 0, got.stderr);
  });

  test('all errors of all files at once, each with its place: exit 2', async (t) => {
    const folder = temporary(t);
    fs.mkdirSync(path.join(folder, 'rules'));
    write(path.join(folder, 'stopgate.yaml'), `listen:
  - {address: localhost}
upstreams:
  model: {servers: ["http://127.0.0.1:8000"], timeuot: 5s}
routes:
  - {path: /v1/, api: openai, upstream: modle, policy: office}
policy: policy.yaml
rules: [rules]
apis: ${path.join(source, 'etc/apis')}
audit: {directory: audit}
state: state
workers: many
`);
    write(path.join(folder, 'policy.yaml'), `policies:
  office:
    prompt:
      - {category: data-leek, action: block}
      - {category: data-leak, action: blok}
`);
    write(path.join(folder, 'rules/taxonomy.yaml'), fs.readFileSync(path.join(source, 'rules/taxonomy.yaml'), 'utf8'));
    write(path.join(folder, 'rules/a.yaml'), `rules:
  - id: one
    title: One
    category: data-leak
    severity: high
    pattern: ab
    match: [ab]
    clean: [x]
`);
    const places = [/stopgate\.yaml:2:15: /, /stopgate\.yaml:4:47: .*timeuot/, /stopgate\.yaml:12:10: /,
      /policy\.yaml:4:20: .*data-leek/, /policy\.yaml:5:39: /];
    const got = await check(path.join(folder, 'stopgate.yaml'));
    assert.equal(got.code, 2);
    for (const place of places) assert.match(got.stderr, place);
    assert.match(got.stderr, /6 errors/);
    // A rule file's errors are told with them; what depends on the rules has to wait for these.
    const rule = path.join(folder, 'rules/a.yaml');
    write(rule, fs.readFileSync(rule, 'utf8').replace('severity: high', 'severity: hihg'));
    const more = await check(path.join(folder, 'stopgate.yaml'));
    assert.equal(more.code, 2);
    for (const place of places.filter((p) => !/leek/.test(p.source))) assert.match(more.stderr, place);
    assert.match(more.stderr, /a\.yaml:5:15: .*hihg/);
  });

  test('rules whose examples fail, broken YAML, missing files, duplicate keys: exit 2 with a place', async (t) => {
    const cases = [
      ['rules/x.yaml', { rules: [{ ...RULE('x', 'abc').rules[0], match: ['abd'] }] }, /x\.yaml:\d+:\d+: /],
      ['rules/x.yaml', { rules: [{ ...RULE('x', 'abc').rules[0], clean: ['abc'] }] }, /x\.yaml:\d+:\d+: /],
      ['policy.yaml', 'policies: [\n', /policy\.yaml:\d+:\d+: /],
      ['stopgate.yaml', 'listen: 1\nlisten: 2\n', /stopgate\.yaml:2:1: /],
      ['stopgate.yaml', '\tlisten: 1\n', /stopgate\.yaml:1:\d+: /],
      ['stopgate.yaml', '', /stopgate\.yaml/],
      ['stopgate.yaml', null, /stopgate\.yaml/],
      ['policy.yaml', null, /policy\.yaml/],
    ];
    for (const [name, text, expected] of cases) {
      const folder = temporary(t);
      const rules = path.join(folder, 'rules');
      fs.cpSync(path.join(source, 'rules'), rules, { recursive: true });
      const file = configure(folder, { config: { rules: [rules] } });
      if (text === null) fs.rmSync(path.join(folder, name));
      else write(path.join(folder, name), text);
      const got = await check(file);
      assert.equal(got.code, 2, `${name}: ${got.stdout}${got.stderr}`);
      assert.match(got.stderr, expected);
      const started = await run(stopgated, ['-c', file], { deadline: 30000 });
      assert.equal(started.code, 2, 'what -t refuses does not start');
      assert.match(started.stderr, expected);
    }
  });

  test('usage errors: exit 2', async () => {
    assert.equal((await run(stopgated, ['--wrong'])).code, 2);
    assert.equal((await run(stopgated, ['-t', 'extra'])).code, 2);
    assert.equal((await run(stopgate, [])).code, 2);
    assert.equal((await run(stopgate, ['no-such-command'])).code, 2);
    assert.equal((await run(stopgate, ['reload', '--control', '/nonexistent/socket'])).code, 2);
    assert.equal((await run(stopgated, ['--version'])).code, 0);
    assert.equal((await run(stopgate, ['--help'])).code, 0);
  });

  test('an address in use and a second gateway on the same state: told, exit 2', async (t) => {
    const gate = await startGate(t, {});
    const other = temporary(t);
    const file = configure(other, { config: { listen: [{ address: `127.0.0.1:${gate.port}` }] } });
    const got = await run(stopgated, ['-c', file]);
    assert.equal(got.code, 2);
    assert.match(got.stderr, /127\.0\.0\.1:\d+/);
    const second = await run(stopgated, ['-c', gate.config]);
    assert.equal(second.code, 2, second.stderr);
    assert.match(second.stderr, /control\.sock/);
  });
});

describe('reloading', () => {
  let origin;
  const shared = scope();

  before(async () => {
    origin = await Origin.start(shared, () => answer(200, completion('ok')));
  });

  const open = async (t, more = {}) => {
    const folder = temporary(t);
    const rules = path.join(folder, 'rules');
    fs.mkdirSync(rules);
    fs.copyFileSync(path.join(source, 'rules/taxonomy.yaml'), path.join(rules, 'taxonomy.yaml'));
    const word = (text, category = 'data-leak.commercial') => write(path.join(rules, 'word.yaml'), {
      rules: [{ id: 'word', title: { en: 'A word', zh: '一词' }, category, severity: 'high', pattern: text, match: [`x ${text} y`], clean: ['nothing here'] }],
    });
    word('alpha');
    const gate = await startGate(t, {
      folder, upstream: origin.url, ...more, config: { workers: 2, ...more.config, rules: [rules] },
      policy: { prompt: [{ category: 'any', action: 'block' }], output: [] },
    });
    const blocked = async (text) => (await once1(gate.port, post('/v1/chat/completions', chat(text)))).status === 400;
    return { gate, word, blocked, rules };
  };

  test('SIGHUP swaps the rules; every worker has the new ones', async (t) => {
    const { gate, word, blocked } = await open(t);
    const old = (await gate.status()).snapshot;
    assert.equal(await blocked('an alpha'), true);
    assert.equal(await blocked('a beta'), false);
    word('beta');
    assert.match(await gate.reload(), /reloaded/);
    assert.equal(await blocked('an alpha'), false);
    assert.equal(await blocked('a beta'), true);
    const status = await gate.status();
    assert.notEqual(status.snapshot, old);
    for (const worker of status.workers) assert.equal(worker.snapshot, status.snapshot);
    assert.equal((await gate.tell('status')).code, 0);
  });

  test('stopgate reload: 0 when done; 2 with the errors and the old policy when not', async (t) => {
    const { gate, word, blocked, rules } = await open(t);
    word('beta');
    const good = await gate.tell('reload');
    assert.equal(good.code, 0, good.stderr);
    assert.match(good.stdout, /reloaded: 1 rules/);
    assert.equal(await blocked('a beta'), true);
    const running = (await gate.status()).snapshot;
    for (const [file, text, expected] of [
      [path.join(rules, 'word.yaml'), 'rules: [', /word\.yaml:\d+:\d+/],
      [path.join(gate.folder, 'policy.yaml'), 'policies: {office: {prompt: [{category: any, action: explode}]}}\n', /policy\.yaml:1:\d+/],
      [gate.config, 'nonsense: true\n', /stopgate\.yaml:\d+:\d+/],
    ]) {
      const kept = fs.readFileSync(file);
      write(file, text);
      const bad = await gate.tell('reload');
      assert.equal(bad.code, 2);
      assert.match(bad.stderr, expected);
      assert.match(await gate.reload(), /reload_refused/);
      await gate.child.line(expected); // the log says why as well
      assert.equal((await gate.status()).snapshot, running);
      assert.equal(await blocked('a beta'), true);
      assert.equal(await blocked('clean'), false);
      fs.writeFileSync(file, kept);
    }
    assert.equal((await gate.tell('reload')).code, 0);
    const by = await run(stopgate, ['reload', '-c', gate.config]);
    assert.equal(by.code, 0, by.stderr);
  });

  test('what a reload cannot change is refused, with its place', async (t) => {
    const { gate } = await open(t);
    const text = fs.readFileSync(gate.config, 'utf8');
    write(gate.config, text.replace('"workers": 2', '"workers": 3'));
    const got = await gate.tell('reload');
    assert.equal(got.code, 2);
    assert.match(got.stderr, /stopgate\.yaml:\d+:\d+: .*workers/);
    assert.equal((await gate.status()).workers.length, 2);
  });

  test('reloads under load: no request fails, none sees half a policy', async (t) => {
    const { gate, word } = await open(t);
    const rounds = reduced ? 4 : 12;
    let over = false;
    const counts = { alpha: 0, beta: 0, clean: 0 };
    const ask = async () => {
      const raw = await RawClient.connect(gate.port);
      while (!over) {
        for (const text of ['alpha', 'beta', 'clean']) {
          const got = await raw.send(post('/v1/chat/completions', chat(`a ${text}`))).response();
          assert.ok(got.status === 200 || (got.status === 400 && text !== 'clean' && got.headers['x-stopgate-reason'] === 'content_filter'),
            `${text}: ${got.status} ${got.body}`);
          counts[text]++;
        }
      }
      raw.close();
    };
    const clients = [...Array(8)].map(ask);
    for (let i = 0; i < rounds; i++) {
      word(i % 2 === 0 ? 'beta' : 'alpha');
      if (i % 3 === 2) write(path.join(gate.folder, 'rules', 'word.yaml'), 'rules: {');
      const line = await gate.reload();
      assert.match(line, i % 3 === 2 ? /reload_refused/ : /reloaded/);
    }
    over = true;
    await Promise.all(clients);
    assert.ok(counts.clean > rounds, JSON.stringify(counts));
    const total = counts.alpha + counts.beta + counts.clean;
    const records = await gate.records((list) => list.length >= total);
    assert.equal(records.length, total);
    for (const r of records) assert.ok(['ok', 'content_filter'].includes(r.reason), r.reason);
  });

  test('in one process, SIGHUP reloads too', async (t) => {
    const { gate, word, blocked } = await open(t, { single: true });
    word('beta');
    assert.match(await gate.reload(), /reloaded/);
    assert.equal(await blocked('a beta'), true);
    word('(');
    assert.match(await gate.reload(), /reload_refused/);
    assert.equal(await blocked('a beta'), true);
  });

  test('an exchange that runs while the policy changes ends on its own', async (t) => {
    let release;
    const slow = await Origin.start(t, () => new Promise((resolve) => {
      release = () => resolve(answer(200, completion(`the number ${RESIDENT_ID}`)));
    }));
    const folder = temporary(t);
    const gate = await startGate(t, { folder, upstream: slow.url });
    const pending = once1(gate.port, post('/v1/chat/completions', chat('hi')));
    await slow.had(1);
    configure(folder, { upstream: slow.url, policy: { output: [] } });
    assert.match(await gate.reload(), /reloaded/);
    release();
    const got = await pending;
    assert.ok(got.body.includes(RESIDENT_ID_MASKED), 'by the policy it began with');
    const record = await gate.record(got);
    const next = once1(gate.port, post('/v1/chat/completions', chat('hi')));
    await slow.had(2);
    release();
    const after = await next;
    assert.ok(after.body.includes(RESIDENT_ID), 'by the new one');
    assert.notEqual((await gate.record(after)).snapshot, record.snapshot);
  });
});

