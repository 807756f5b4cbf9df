// A small HTTP/1.1 reader for both peers' side of raw sockets. It takes what it gets byte for byte and
// judges nothing but framing.
import { once } from 'node:events';
import net from 'node:net';
import { within } from './process.mjs';

const CRLF2 = Buffer.from('\r\n\r\n');

function parseHead(bytes) {
  const [first, ...lines] = bytes.toString('latin1').split('\r\n');
  const headers = {};
  const raw = [];
  for (const line of lines) {
    const at = line.indexOf(':');
    const name = line.slice(0, at).toLowerCase();
    raw.push([line.slice(0, at), line.slice(at + 1).trim()]);
    headers[name] = name in headers ? `${headers[name]}, ${line.slice(at + 1).trim()}` : line.slice(at + 1).trim();
  }
  return { first, headers, raw };
}

/** Reads messages from a socket, one after another. */
export class Reader {
  constructor(socket) {
    this.socket = socket;
    this.joined = Buffer.alloc(0);
    this.pieces = []; // behind `joined`; joined only when looked at, so that large bodies stay linear
    this.waiting = 0;
    this.received = 0;
    this.over = false;
    socket.on('data', (piece) => {
      this.received += piece.length;
      this.pieces.push(piece);
      this.waiting += piece.length;
      this.wake?.();
    });
    const end = (error) => {
      this.error ??= error instanceof Error ? error : undefined;
      this.over = true;
      this.wake?.();
    };
    socket.on('end', end).on('error', end).on('close', end);
  }

  get length() {
    return this.joined.length + this.waiting;
  }

  get bytes() {
    if (this.waiting > 0) {
      this.joined = Buffer.concat([this.joined, ...this.pieces]);
      this.pieces = [];
      this.waiting = 0;
    }
    return this.joined;
  }

  set bytes(rest) {
    this.joined = rest;
  }

  async #more() {
    if (this.over) throw Object.assign(new Error('the connection ended within a message'), { code: this.error?.code ?? 'END' });
    await new Promise((resolve) => (this.wake = resolve));
    this.wake = undefined;
  }

  async take(n) {
    while (this.length < n) await this.#more();
    const out = this.bytes.subarray(0, n);
    this.bytes = this.bytes.subarray(n);
    return out;
  }

  async until(mark) {
    let at;
    while ((at = this.bytes.indexOf(mark)) < 0) await this.#more();
    const out = this.bytes.subarray(0, at);
    this.bytes = this.bytes.subarray(at + mark.length);
    return out;
  }

  async #chunked() {
    const parts = [];
    for (;;) {
      const size = parseInt((await this.until(Buffer.from('\r\n'))).toString('latin1'), 16);
      if (size === 0) break;
      parts.push(Buffer.from(await this.take(size)));
      await this.take(2);
    }
    while ((await this.until(Buffer.from('\r\n'))).length > 0);
    return Buffer.concat(parts);
  }

  async #rest() {
    while (!this.over) await this.#more();
    return this.take(this.bytes.length);
  }

  /** The next request; null where the connection ended before one began. */
  async request() {
    while (this.length === 0) {
      if (this.over) return null;
      await this.#more();
    }
    const head = parseHead(await this.until(CRLF2));
    const [method, target, version] = head.first.split(' ');
    let body = Buffer.alloc(0);
    if (/chunked/i.test(head.headers['transfer-encoding'] ?? '')) body = await this.#chunked();
    else if (head.headers['content-length']) body = Buffer.from(await this.take(Number(head.headers['content-length'])));
    return { method, target, version, headers: head.headers, rawHeaders: head.raw, body };
  }

  /** The next answer. `method` HEAD: no body follows. Interim answers are returned like others. */
  async response(method = 'GET') {
    const head = parseHead(await this.until(CRLF2));
    const [, status, phrase] = /^HTTP\/1\.[01] (\d{3}) ?(.*)$/.exec(head.first) ?? [];
    const answer = { status: Number(status), phrase, headers: head.headers, rawHeaders: head.raw, body: Buffer.alloc(0) };
    const none = method === 'HEAD' || answer.status < 200 || answer.status === 204 || answer.status === 304;
    if (none) return answer;
    if (/chunked/i.test(head.headers['transfer-encoding'] ?? '')) answer.body = await this.#chunked();
    else if ('content-length' in head.headers) answer.body = Buffer.from(await this.take(Number(head.headers['content-length'])));
    else answer.body = Buffer.from(await this.#rest());
    return answer;
  }
}

/** A client connection for bytes of the test's own choosing. */
export class RawClient {
  static async connect(port, options = {}) {
    const socket = net.connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true, ...options });
    await within(once(socket, 'connect'), `a connection to ${port}`);
    return new RawClient(socket);
  }

  constructor(socket) {
    this.socket = socket;
    this.reader = new Reader(socket);
    this.closed = new Promise((resolve) => socket.once('close', resolve));
    socket.on('error', () => {});
  }

  send(...pieces) {
    for (const piece of pieces) {
      this.socket.write(typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece);
    }
    return this;
  }

  response(method, ms) {
    return within(this.reader.response(method), () => `an answer; got ${JSON.stringify(this.reader.bytes.toString('latin1').slice(0, 300))}`, ms);
  }

  /** The peer ends the connection; resolves to what it sent beyond the answers that were read. */
  async ended(ms) {
    const over = async () => {
      while (!this.reader.over) await new Promise((resolve) => (this.reader.wake = resolve));
      return this.reader.bytes;
    };
    return within(over(), 'the end of the connection', ms);
  }

  close() {
    this.socket.destroy();
  }
}

/** One request on one connection of its own. */
export async function once1(port, bytes, method) {
  const client = await RawClient.connect(port);
  try {
    return await client.send(bytes).response(method);
  } finally {
    client.close();
  }
}

/** A well-formed POST of `body` (string or Buffer). */
export function post(path, body, headers = {}) {
  const bytes = Buffer.from(body);
  const lines = Object.entries({ Host: 'gate', 'Content-Type': 'application/json', 'Content-Length': bytes.length, ...headers })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([Buffer.from(`POST ${path} HTTP/1.1\r\n${lines.join('')}\r\n`, 'latin1'), bytes]);
}

/** A model endpoint that does what the test says, to the byte. */
export class Origin {
  /** `serve(request, socket, reader)` is called for each request; what it returns is written. */
  static async start(t, serve) {
    const origin = new Origin();
    origin.requests = [];
    origin.connections = 0;
    origin.sockets = new Set();
    origin.serve = serve;
    origin.server = net.createServer({ noDelay: true }, (socket) => origin.#accept(socket));
    origin.server.listen(0, '127.0.0.1');
    await once(origin.server, 'listening');
    origin.port = origin.server.address().port;
    origin.url = `http://127.0.0.1:${origin.port}`;
    t.after(() => origin.stop());
    return origin;
  }

  async #accept(socket) {
    this.connections++;
    this.sockets.add(socket);
    socket.on('error', () => {}).on('close', () => this.sockets.delete(socket));
    const reader = new Reader(socket);
    try {
      for (;;) {
        const request = await reader.request();
        if (request === null) break;
        this.requests.push(request);
        this.wake?.();
        const answer = await this.serve(request, socket, reader);
        if (answer !== undefined) socket.write(answer);
      }
      socket.end();
    } catch {
      socket.destroy();
    }
  }

  /** Waits until the origin has had `n` requests. */
  async had(n) {
    const enough = async () => {
      while (this.requests.length < n) await new Promise((resolve) => (this.wake = resolve));
    };
    await within(enough(), `request ${n} at the model endpoint`);
    return this.requests[n - 1];
  }

  async stop() {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
  }
}

/** An answer of the origin's. */
export function answer(status, body, headers = {}) {
  const bytes = Buffer.from(body);
  const lines = Object.entries({ 'Content-Type': 'application/json', 'Content-Length': bytes.length, ...headers })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([Buffer.from(`HTTP/1.1 ${status} Answer\r\n${lines.join('')}\r\n`, 'latin1'), bytes]);
}

/** An OpenAI chat completion with this content. */
export function completion(content, more = {}) {
  return JSON.stringify({
    id: 'chatcmpl-1', object: 'chat.completion', created: 1700000000, model: 'm',
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 }, ...more,
  });
}

/** A chat request with one user message. */
export function chat(content, more = {}) {
  return JSON.stringify({ model: 'm', messages: [{ role: 'user', content }], ...more });
}
