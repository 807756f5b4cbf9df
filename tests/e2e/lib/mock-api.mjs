// openai-mock-api from npm, as its command line runs it.
import { once } from 'node:events';
import net from 'node:net';
import path from 'node:path';
import { write } from './gate.mjs';
import { temporary } from './paths.mjs';
import { Child, within } from './process.mjs';

async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

export async function startMockApi(t, responses) {
  const key = 'sk-mock';
  const port = await freePort();
  const file = write(path.join(temporary(t), 'mock.yaml'), { apiKey: key, port, responses });
  const program = path.resolve('../node_modules/.bin/openai-mock-api');
  const child = new Child(process.execPath, [program, '--config', file, '--port', String(port)]);
  t.after(async () => {
    child.signal('SIGKILL');
    await child.exited;
  });
  const said = new Promise((resolve) => {
    child.process.stdout.on('data', () => /started|listening|running/i.test(child.stdout) && resolve());
  });
  await within(Promise.race([said, child.exited]), () => `openai-mock-api: ${child.stdout}${child.log}`);
  return { url: `http://127.0.0.1:${port}`, key, child };
}
