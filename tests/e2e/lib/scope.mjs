// What a file's tests share: opened in a `before`, closed after all of them, last opened first.
import { after } from 'node:test';

/** Call it inside `describe`, outside of the hooks. Has the `after` that helpers ask a test for. */
export function scope() {
  const closers = [];
  after(async () => {
    const errors = [];
    while (closers.length > 0) {
      await Promise.resolve(closers.pop()()).catch((error) => errors.push(error));
    }
    if (errors.length > 0) throw errors[0];
  });
  return { after: (close) => closers.push(close) };
}
