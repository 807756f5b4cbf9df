// A child process whose lines of standard error can be awaited. Nothing here sleeps.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import readline from 'node:readline';

export const DEADLINE_MS = Number(process.env.STOPGATE_DEADLINE_MS ?? 30000);

/** Rejects when `promise` takes longer than `ms`, telling what was waited for. */
export async function within(promise, what, ms = DEADLINE_MS) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not within ${ms} ms: ${typeof what === 'function' ? what() : what}`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

export class Child {
  constructor(command, args, options = {}) {
    this.lines = [];
    this.stdout = '';
    this.waiters = new Set();
    this.process = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
    this.pid = this.process.pid;
    this.process.stdout.setEncoding('utf8').on('data', (text) => (this.stdout += text));
    readline.createInterface({ input: this.process.stderr }).on('line', (line) => this.#take(line));
    this.exited = once(this.process, 'close').then(([code, signal]) => {
      this.status = { code, signal };
      this.#take(`(exit ${code ?? signal})`);
      return this.status;
    });
    this.exited.catch(() => {});
  }

  #take(line) {
    this.lines.push(line);
    for (const look of [...this.waiters]) look();
  }

  get log() {
    return this.lines.join('\n');
  }

  /** The first line from index `from` on that matches; waits for it. */
  async line(pattern, { from = 0, ms = DEADLINE_MS } = {}) {
    let look;
    const found = new Promise((resolve, reject) => {
      look = () => {
        const hit = this.lines.slice(from).find((line) => pattern.test(line));
        if (hit !== undefined) resolve(hit);
        else if (this.status) reject(new Error(`ended without ${pattern}:\n${this.log}`));
      };
      this.waiters.add(look);
      look();
    });
    try {
      return await within(found, () => `a log line like ${pattern}:\n${this.log}`, ms);
    } finally {
      this.waiters.delete(look);
    }
  }

  signal(name) {
    return this.process.kill(name);
  }
}

/** Runs a program to its end: {code, signal, stdout, stderr}. */
export async function run(command, args, options = {}) {
  const { deadline, ...rest } = options;
  const child = new Child(command, args, rest);
  try {
    const status = await within(child.exited, () => `the end of ${command} ${args.join(' ')}:\n${child.log}`, deadline);
    return { ...status, stdout: child.stdout, stderr: child.lines.slice(0, -1).join('\n') };
  } finally {
    child.signal('SIGKILL');
  }
}
