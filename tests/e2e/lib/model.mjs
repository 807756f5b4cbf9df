// Model servers from npm that speak OpenAI's API, and the official client.
import { LLMock } from '@copilotkit/aimock';
import OpenAI from 'openai';

/** aimock: answers by fixtures, keeps a journal of what it saw. */
export async function startModel(t) {
  const model = new LLMock({ port: 0, host: '127.0.0.1', journalMaxEntries: 0 });
  await model.start();
  t.after(() => model.stop());
  return model;
}

/** What the model server saw of the last request, as text. */
export function lastSeen(model) {
  return JSON.stringify(model.getRequests().at(-1)?.body ?? null);
}

export function client(url, options = {}) {
  return new OpenAI({ baseURL: `${url}/v1`, apiKey: 'sk-test-client', maxRetries: 0, ...options });
}
