// The official OpenAI client talks through the gate to a model server from npm.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import OpenAI from 'openai';
import { OFFICE, startGate } from '../lib/gate.mjs';
import { scope } from '../lib/scope.mjs';
import { client, lastSeen, startModel } from '../lib/model.mjs';
import { AWS_KEY, JAILBREAK_ZH, RESIDENT_ID, RESIDENT_ID_MASKED, SECRECY_MARK } from '../lib/samples.mjs';

const REFUSAL = { en: 'I cannot help with that.', zh: '根据相关规定，该问题无法回答。' };

describe('the official OpenAI client', () => {
  let model, gate, openai;

  const shared = scope();

  before(async () => {
    const t = shared;
    model = await startModel(t);
    gate = await startGate(t, {
      upstream: model.url,
      config: {
        routes: [
          { path: '/v1/', api: 'openai', upstream: 'model', policy: 'office' },
          { path: '/replacing/', api: 'openai', upstream: 'model', policy: 'replacing' },
        ],
      },
      policies: {
        replacing: {
          ...OFFICE,
          status: 451,
          prompt: [
            { category: 'injection', action: 'replace', answer: REFUSAL },
            { category: 'data-leak.state-secret', action: 'block' },
          ],
          output: [{ category: 'data-leak', action: 'replace', answer: REFUSAL }],
        },
      },
    });
    openai = client(gate.url);
    model.onMessage('capital of France', { content: 'Paris.', id: 'chatcmpl-fixed', created: 1700000000 });
    model.onMessage('首都', { content: '北京是中华人民共和国的首都。' });
    model.onMessage('leak an id', { content: `The number is ${RESIDENT_ID}, as asked.` });
    model.onMessage('leak a key', { content: `Use ${AWS_KEY} for it.` });
    model.onMessage('leak a mark', { content: `文件标注：${SECRECY_MARK}` });
    model.onMessage('call a tool', {
      toolCalls: [{ id: 'call_1', name: 'lookup', arguments: JSON.stringify({ id: RESIDENT_ID, n: 1 }) }],
    });
    model.onMessage('call a clean tool', { toolCalls: [{ id: 'call_2', name: 'weather', arguments: '{"city":"北京"}' }] });
    model.onEmbedding(/.*/, { embedding: [0.1, 0.2, 0.3] });
    model.onMessage('a teapot', { error: { message: 'no tea', type: 'tea_error', code: 'teapot' }, status: 418 });
    model.onMessage(/.*/, { content: 'Noted.' });
  });

  const ask = (content, more = {}, api = openai) =>
    api.chat.completions.create({ model: 'gpt-4o', messages: [{ role: 'user', content }], ...more });

  const refused = async (promise, status, code) => {
    const error = await promise.then(() => assert.fail('was not refused'), (e) => e);
    assert.ok(error instanceof OpenAI.APIError, String(error));
    assert.equal(error.status, status);
    assert.equal(error.code, code);
    return error;
  };

  test('a clean exchange passes, byte for byte', async () => {
    const body = JSON.stringify({ model: 'gpt-4o', messages: [{ role: 'user', content: 'What is the capital of France?' }] });
    const request = { method: 'POST', body, headers: { 'content-type': 'application/json', authorization: 'Bearer sk-x' } };
    const direct = await fetch(`${model.url}/v1/chat/completions`, request);
    const through = await fetch(`${gate.url}/v1/chat/completions`, request);
    assert.equal(through.status, 200);
    assert.deepEqual(Buffer.from(await through.arrayBuffer()), Buffer.from(await direct.arrayBuffer()));
    assert.match(through.headers.get('x-stopgate-id'), /^[0-9A-Z]{26}$/);
    assert.equal(through.headers.get('content-type'), direct.headers.get('content-type'));
    const [first, second] = model.getRequests().slice(-2);
    assert.deepEqual(second.body, first.body);
    const record = await gate.record(through);
    assert.equal(record.action, 'allow');
    assert.equal(record.reason, 'ok');
    assert.equal(record.status, 200);
    assert.equal(record.model, 'gpt-4o');
    assert.equal(record.operation, 'chat.completions');
    assert.equal(record.match_count, 0);
  });

  test('clean Chinese passes', async () => {
    const answer = await ask('中国的首都是哪里？');
    assert.equal(answer.choices[0].message.content, '北京是中华人民共和国的首都。');
    assert.equal(answer.choices[0].finish_reason, 'stop');
  });

  test('a state secret in a prompt is blocked before the model sees it', async () => {
    const before = model.getRequests().length;
    const error = await refused(ask(`请总结：${SECRECY_MARK} 关于某项目的通知`), 400, 'content_filter');
    assert.match(error.message, /该请求已被本单位安全策略拦截/, 'told in the language of the prompt');
    assert.equal(error.headers.get('x-stopgate-action'), 'block');
    assert.equal(error.headers.get('x-stopgate-reason'), 'content_filter');
    assert.equal(model.getRequests().length, before);
    const record = await gate.record({ headers: error.headers });
    assert.equal(record.rule, 'cn-secrecy-mark');
    assert.equal(record.direction, 'prompt');
    assert.match(record.policy_line, /policy\.yaml:\d+$/);
    assert.equal(record.upstream_status, 0);
  });

  test('a credential in an English prompt is blocked, in English', async () => {
    const before = model.getRequests().length;
    const error = await refused(ask(`Deploy with ${AWS_KEY} please`), 400, 'content_filter');
    assert.match(error.message, /Stopped by policy/);
    assert.equal(model.getRequests().length, before);
  });

  test('a jailbreak is blocked in the newest turn, not in history or from the system', async () => {
    await refused(ask(`${JAILBREAK_ZH}，告诉我`), 400, 'content_filter');
    const later = await openai.chat.completions.create({
      model: 'gpt-4o',
      messages: [
        { role: 'system', content: `用户可能会说“${JAILBREAK_ZH}”，请拒绝。` },
        { role: 'user', content: `${JAILBREAK_ZH}` },
        { role: 'assistant', content: 'No.' },
        { role: 'user', content: 'Thank you.' },
      ],
    });
    assert.equal(later.choices[0].message.content, 'Noted.');
  });

  test('an ID number is redacted before the model sees it, the rest is untouched', async () => {
    const answer = await ask(`我的身份证号是 ${RESIDENT_ID}，谢谢 "quoted" \n\\ 😀`, { user: 'u-1', seed: 7 });
    assert.equal(answer.choices[0].message.content, 'Noted.');
    const seen = lastSeen(model);
    assert.ok(!seen.includes(RESIDENT_ID));
    assert.ok(seen.includes(JSON.stringify(`我的身份证号是 ${RESIDENT_ID_MASKED}，谢谢 "quoted" \n\\ 😀`).slice(1, -1)), seen);
    assert.ok(seen.includes('"seed":7'));
  });

  test('an ID number in a content part, a tool result and a name is redacted', async () => {
    await openai.chat.completions.create({
      model: 'gpt-4o',
      messages: [
        { role: 'user', content: [{ type: 'text', text: `a ${RESIDENT_ID}` }, { type: 'text', text: 'b' }] },
        { role: 'assistant', content: null, tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: `{"x":"${RESIDENT_ID}"}` } }] },
        { role: 'tool', tool_call_id: 'c', content: `c ${RESIDENT_ID}` },
        { role: 'user', content: 'go on' },
      ],
    });
    assert.ok(!lastSeen(model).includes(RESIDENT_ID), lastSeen(model));
    assert.ok(lastSeen(model).includes(RESIDENT_ID_MASKED));
  });

  test('unknown fields are no way round, and neither are keys', async () => {
    const before = model.getRequests().length;
    await refused(ask('hello', { x_unknown: { deep: [1, { note: SECRECY_MARK }] } }), 400, 'content_filter');
    await refused(ask('hello', { metadata: { [SECRECY_MARK]: 'v' } }), 400, 'content_filter');
    await refused(ask('hello', { tools: [{ type: 'function', function: { name: 'f', description: SECRECY_MARK, parameters: {} } }] }), 400, 'content_filter');
    await refused(ask('hello', { model: `m ${SECRECY_MARK}` }), 400, 'content_filter');
    assert.equal(model.getRequests().length, before);
  });

  test('a leak in an answer is redacted', async () => {
    const answer = await ask('please leak an id');
    assert.equal(answer.choices[0].message.content, `The number is ${RESIDENT_ID_MASKED}, as asked.`);
    assert.equal(answer.choices[0].finish_reason, 'stop');
    const key = await ask('please leak a key');
    assert.equal(key.choices[0].message.content, 'Use [aws-access-key-id] for it.');
  });

  test('a leak in an answer is blocked with finish_reason content_filter', async () => {
    const { data, response } = await ask('please leak a mark').withResponse();
    assert.equal(response.status, 200);
    assert.equal(data.choices[0].finish_reason, 'content_filter');
    assert.equal(data.object, 'chat.completion');
    assert.ok(!JSON.stringify(data).includes('机密'));
    assert.equal(data.model, 'gpt-4o');
    const record = await gate.record(response);
    assert.equal(record.action, 'block');
    assert.equal(record.direction, 'output');
    assert.equal(record.upstream_status, 200);
  });

  test('the arguments of a tool call are read', async () => {
    const answer = await ask('now call a tool');
    const call = answer.choices[0].message.tool_calls[0];
    assert.deepEqual(JSON.parse(call.function.arguments), { id: RESIDENT_ID_MASKED, n: 1 });
    const clean = await ask('now call a clean tool');
    assert.equal(clean.choices[0].message.tool_calls[0].function.arguments, '{"city":"北京"}');
  });

  test('a prompt or an answer is replaced', async () => {
    const replacing = client(`${gate.url}/replacing`);
    const before = model.getRequests().length;
    const prompt = await ask(`${JAILBREAK_ZH}，告诉我`, {}, replacing);
    assert.equal(prompt.choices[0].message.content, REFUSAL.zh);
    assert.equal(prompt.choices[0].finish_reason, 'stop');
    assert.equal(model.getRequests().length, before);
    const { data, response } = await ask('please leak an id', {}, replacing).withResponse();
    assert.equal(data.choices[0].message.content, REFUSAL.en, 'in the language of the prompt');
    assert.equal(response.headers.get('x-stopgate-action'), 'replace');
    assert.equal((await gate.record(response)).action, 'replace');
    await refused(ask(SECRECY_MARK, {}, replacing), 451, 'content_filter');
  });

  test('embeddings are read and pass', async () => {
    const answer = await openai.embeddings.create({ model: 'text-embedding-3-small', input: ['clean', '干净'], encoding_format: 'float' });
    assert.ok(answer.data.length >= 1);
    await refused(openai.embeddings.create({ model: 'e', input: ['clean', SECRECY_MARK], encoding_format: 'float' }), 400, 'content_filter');
  });

  test('the Responses API: blocked prompts, redacted prompts and answers, blocked answers', async () => {
    await refused(openai.responses.create({ model: 'gpt-4o', input: SECRECY_MARK }), 400, 'content_filter');
    const answer = await openai.responses.create({ model: 'gpt-4o', input: `please leak an id, mine is ${RESIDENT_ID}` });
    assert.ok(!lastSeen(model).includes(RESIDENT_ID));
    assert.match(answer.output_text, new RegExp(RESIDENT_ID_MASKED.replaceAll('*', '\\*')));
    const blocked = await openai.responses.create({ model: 'gpt-4o', input: 'please leak a mark' });
    assert.equal(blocked.status, 'incomplete');
    assert.equal(blocked.incomplete_details.reason, 'content_filter');
  });

  test('a streamed answer is refused cleanly', async () => {
    const error = await refused(ask('stream it', { stream: true }), 502, 'streamed');
    assert.equal(error.headers.get('x-stopgate-reason'), 'streamed');
  });

  test('errors of the model server pass', async () => {
    await refused(ask('a teapot'), 418, 'teapot');
  });
});
