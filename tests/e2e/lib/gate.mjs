// stopgated as a child process: starts it with a configuration of its own, tells its port, its records
// and its children, and stops it; a stop that is not clean fails the test.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { build, source, stopgate, stopgated, temporary } from './paths.mjs';
import { Child, DEADLINE_MS, run, within } from './process.mjs';

const MESSAGE = { en: 'Stopped by policy.', zh: '该请求已被本单位安全策略拦截。' };

/** The policy most themes use: the shipped rules, each action somewhere. */
export const OFFICE = {
  message: MESSAGE,
  prompt: [
    { category: 'data-leak.state-secret', action: 'block' },
    { category: 'data-leak.credential', action: 'block' },
    { category: 'data-leak.personal', severity: 'medium', action: 'redact' },
    { category: 'injection', action: 'block', turns: 'newest', except: { roles: ['system'] } },
  ],
  output: [
    { category: 'data-leak.state-secret', action: 'block' },
    { category: 'data-leak.credential', action: 'redact' },
    { category: 'data-leak.personal', severity: 'medium', action: 'redact' },
  ],
};

/** JSON is YAML: an object is written as it is, but sizes and durations are no strings there. */
export function yaml(value) {
  return JSON.stringify(value, null, 2).replace(/: "(\d+(?:KiB|MiB|GiB|ms|s|m|h))"/g, ': $1');
}

export function write(file, value) {
  fs.writeFileSync(file, typeof value === 'string' ? value : yaml(value));
  return file;
}

/**
 * Writes stopgate.yaml and policy.yaml into `folder`. `upstream` is where the model server is
 * (`http://127.0.0.1:PORT`); everything in `options.config` goes over the default keys.
 */
export function configure(folder, options = {}) {
  const upstream = { servers: [options.upstream ?? 'http://127.0.0.1:9'], ...options.upstreamOptions };
  const config = {
    listen: [{ address: '127.0.0.1:0' }],
    upstreams: { model: upstream },
    routes: [{ path: options.path ?? '/', api: options.api ?? 'openai', upstream: 'model', policy: 'office' }],
    policy: 'policy.yaml',
    rules: [path.join(source, 'rules')],
    apis: path.join(source, 'etc/apis'),
    audit: { directory: path.join(folder, 'audit') },
    state: path.join(folder, 'state'),
    workers: 1,
    ...options.config,
  };
  fs.mkdirSync(path.join(folder, 'audit'), { recursive: true });
  fs.mkdirSync(path.join(folder, 'state'), { recursive: true });
  write(path.join(folder, 'policy.yaml'), { policies: { office: { ...OFFICE, ...options.policy }, ...options.policies } });
  return write(path.join(folder, 'stopgate.yaml'), config);
}

export class Gate {
  constructor(folder, child) {
    this.folder = folder;
    this.child = child;
    this.config = path.join(folder, 'stopgate.yaml');
    this.recordFile = path.join(folder, 'audit', 'records.jsonl');
    this.control = path.join(folder, 'state', 'control.sock');
  }

  get url() {
    return `http://127.0.0.1:${this.port}`;
  }

  get log() {
    return this.child.log;
  }

  async ready(ms = DEADLINE_MS) {
    const line = await this.child.line(/listening .*address=127\.0\.0\.1:\d+/, { ms });
    this.port = Number(/address=127\.0\.0\.1:(\d+)/.exec(line)[1]);
    await this.child.line(/ ready /, { ms });
    return this;
  }

  /** Records so far; the last line only if it is whole. */
  #read() {
    if (!fs.existsSync(this.recordFile)) return [];
    const text = fs.readFileSync(this.recordFile, 'utf8');
    return text.slice(0, text.lastIndexOf('\n') + 1).split('\n').filter(Boolean).map((line) => JSON.parse(line));
  }

  /** Waits until `enough(records)`: the auditor writes beside the answer, not before it. */
  async records(enough = () => true) {
    let wake;
    let changed = false;
    const watcher = fs.watch(path.dirname(this.recordFile), () => {
      changed = true;
      wake?.();
    });
    const look = async () => {
      for (;;) {
        changed = false;
        const records = this.#read();
        if (enough(records)) return records;
        if (!changed) await new Promise((resolve) => (wake = resolve));
      }
    };
    try {
      return await within(look(), () => `records; there are ${this.#read().length}:\n${this.log}`);
    } finally {
      watcher.close();
      wake?.();
    }
  }

  /** The record of the exchange with this id (a string, or a response with `x-stopgate-id`). */
  async record(from) {
    const id = typeof from === 'string' ? from : (from.headers.get?.('x-stopgate-id') ?? from.headers['x-stopgate-id']);
    assert.ok(id, 'an answer carries its exchange id');
    const records = await this.records((list) => list.some((r) => r.id === id));
    const mine = records.filter((r) => r.id === id);
    assert.equal(mine.length, 1, 'one record an exchange');
    return mine[0];
  }

  /** Runs `stopgate COMMAND --control PATH ...`. */
  tell(command, ...args) {
    return run(stopgate, [command, '--control', this.control, ...args]);
  }

  /** Sends SIGHUP and waits for the log line that tells how it came out. */
  async reload(pattern = /\breloaded\b|reload_refused|reload_failed/, ms = DEADLINE_MS) {
    const from = this.child.lines.length;
    this.child.signal('SIGHUP');
    return this.child.line(pattern, { from, ms });
  }

  /** What `stopgate status --json` tells. */
  async status() {
    const { stdout, stderr } = await this.tell('status', '--json');
    assert.ok(stdout, stderr);
    return JSON.parse(stdout);
  }

  /** Process ids of the workers. */
  async workers() {
    return (await this.status()).workers.map((worker) => worker.pid);
  }

  async stop({ code = 0, ms = DEADLINE_MS } = {}) {
    if (this.child.status === undefined) this.child.signal('SIGTERM');
    const status = await within(this.child.exited, () => `the end of the gateway:\n${this.log}`, ms);
    assert.deepEqual(status, { code, signal: null }, this.log);
    // Of every process: they share standard error, and a worker's exit code goes no further.
    assert.doesNotMatch(this.log, /Sanitizer|runtime error:/);
  }
}

/** Starts a gateway for the test `t`; it is stopped, and has to stop cleanly, when `t` is over. */
export async function startGate(t, options = {}) {
  const folder = options.folder ?? temporary(t);
  const config = configure(folder, options);
  const args = ['-c', config, ...(options.single ? ['--single'] : [])];
  const [command, ...before] = options.under ?? [stopgated];
  const child = new Child(command, options.under ? [...before, stopgated, ...args] : args, {
    cwd: folder,
    env: { ...process.env, ASAN_OPTIONS: 'detect_leaks=1', ...options.env },
  });
  const gate = new Gate(folder, child);
  t.after(async () => {
    try {
      if (!gate.stopped) await gate.stop(options.end);
    } finally {
      child.signal('SIGKILL');
    }
  });
  return gate.ready(options.startWithin);
}

export { build, stopgate, stopgated };
