// nginx from Debian, as a process of this user, serving a folder.
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { once1 } from './http.mjs';
import { temporary } from './paths.mjs';
import { Child, DEADLINE_MS } from './process.mjs';

async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

const configuration = (port, root, folder) => `
daemon off;
worker_processes 1;
${process.getuid() === 0 ? 'user root;' : ''}
pid ${folder}/nginx.pid;
error_log stderr notice;
events { worker_connections 256; }
http {
  access_log off;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  types { text/plain txt; application/json json; application/octet-stream bin; }
  keepalive_requests 100000;
  server {
    listen 127.0.0.1:${port};
    root ${root};
    location = /nothing { return 204; }
    location = /moved { return 301 http://elsewhere.example/; }
    location = /status { stub_status; }
    location = /packed.txt { add_header Content-Encoding gzip; }
    # A sub-request's answer has no known length, so it goes out in chunks.
    location /chunked/ { alias ${root}/; ssi on; ssi_types *; }
  }
}
`;

export async function startNginx(t, root) {
  const folder = temporary(t);
  const port = await freePort();
  const file = path.join(folder, 'nginx.conf');
  fs.writeFileSync(file, configuration(port, root, folder));
  const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` };
  const child = new Child('nginx', ['-c', file, '-p', folder, '-e', 'stderr'], { env });
  t.after(async () => {
    child.signal('SIGTERM');
    await child.exited;
  });
  await child.line(/start worker process \d+/, { ms: DEADLINE_MS });
  const connections = async () => {
    const { body } = await once1(port, 'GET /status HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n');
    return Number(/^\s*(\d+) \d+ \d+\s*$/m.exec(body.toString())[1]);
  };
  return { port, url: `http://127.0.0.1:${port}`, child, connections };
}
