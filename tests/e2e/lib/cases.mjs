// The tables of tests/unit/http/*.def and of src/base/reason.h, read as they stand: what the parser's
// own tests expect of bytes, the whole gate has to do over a socket.
import fs from 'node:fs';
import path from 'node:path';
import { source } from './paths.mjs';

const ESCAPES = { a: 7, b: 8, f: 12, v: 11, n: 10, r: 13, t: 9, '\\': 92, '"': 34 };

/** The bytes of one C string literal (without its quotes). */
function literal(text) {
  const out = [];
  for (let i = 0; i < text.length; i++) {
    if (text[i] !== '\\') {
      out.push(text.charCodeAt(i));
      continue;
    }
    const octal = /^[0-7]{1,3}/.exec(text.slice(i + 1, i + 4));
    if (octal) {
      out.push(parseInt(octal[0], 8));
      i += octal[0].length;
    } else {
      i++;
      if (!(text[i] in ESCAPES)) throw new Error(`an escape that this reader does not know: \\${text[i]}`);
      out.push(ESCAPES[text[i]]);
    }
  }
  return Buffer.from(out);
}

/** A C expression of literals and names, one behind another. */
function bytes(expression, names) {
  const parts = [];
  const token = /\s*(?:"((?:[^"\\]|\\.)*)"|([A-Z_]+))\s*/gy;
  while (token.lastIndex < expression.length) {
    const hit = token.exec(expression);
    if (hit === null) throw new Error(`not a string expression: ${expression}`);
    parts.push(hit[1] !== undefined ? literal(hit[1]) : names[hit[2]]);
  }
  return Buffer.concat(parts);
}

/** Requests that must be refused: [{reason, what, bytes}]. */
export function refusedRequests() {
  const folder = path.join(source, 'tests/unit/http');
  const names = {};
  const header = fs.readFileSync(path.join(folder, 'cases.h'), 'utf8').replaceAll('\\\n', ' ');
  for (const [, name, value] of header.matchAll(/^#define ([A-Z]+)\s+(.*")\s*$/gm)) {
    names[name] = bytes(value, names);
  }
  const table = fs.readFileSync(path.join(folder, 'requests_refused.def'), 'utf8');
  return [...table.matchAll(/^REFUSED\(([A-Z_]+),\s*"((?:[^"\\]|\\.)*)",\s*((?:[^"\n]|"(?:[^"\\]|\\.)*")*)\)\s*$/gm)].map(
    ([, reason, what, value]) => ({ reason, what, bytes: bytes(value, names) }));
}

/** {SYMBOL: {code, status}} of src/base/reason.h. */
export function reasons() {
  const text = fs.readFileSync(path.join(source, 'src/base/reason.h'), 'utf8');
  return Object.fromEntries([...text.matchAll(/X\(([A-Z_]+), "([a-z_]+)", (\d+), /g)].map(
    ([, symbol, code, status]) => [symbol, { code, status: Number(status) }]));
}
