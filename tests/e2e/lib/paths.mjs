import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

export const build = process.env.STOPGATE_BUILD;
export const source = process.env.STOPGATE_SOURCE;
export const stopgated = path.join(build, 'stopgated');
export const stopgate = path.join(build, 'stopgate');

/** Slow builds (sanitizers) run the same themes with smaller numbers. */
export const reduced = process.env.STOPGATE_E2E === 'reduced';
export const long = process.env.STOPGATE_LONG === '1';

/** A folder that is removed when the test `t` is over. */
export function temporary(t) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'stopgate-e2e-'));
  t.after(() => fs.rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}
