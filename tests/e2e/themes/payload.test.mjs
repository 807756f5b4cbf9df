// Records and logs hold no payload, wherever in a body it stands: a key, a model's name, a user's.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { before, describe, test } from 'node:test';
import { startGate } from '../lib/gate.mjs';
import { answer, completion, once1, Origin, post } from '../lib/http.mjs';
import { AWS_KEY, RESIDENT_ID, SECRECY_MARK } from '../lib/samples.mjs';
import { scope } from '../lib/scope.mjs';

describe('payload in the places that records tell', () => {
  let origin, gate;
  const shared = scope();

  before(async () => {
    const reply = JSON.parse(completion('ok'));
    reply.model = `m ${RESIDENT_ID}`;
    origin = await Origin.start(shared, () => answer(200, JSON.stringify(reply)));
    gate = await startGate(shared, { upstream: origin.url });
  });

  const places = {
    'an object key': { [`x-${RESIDENT_ID}`]: RESIDENT_ID },
    'a key above the match': { messages: [{ role: 'user', [AWS_KEY]: { deep: [`id ${RESIDENT_ID}`] } }] },
    'the model': { model: `m-${RESIDENT_ID}` },
    'the user': { user: RESIDENT_ID },
    'a key with a marking': { [SECRECY_MARK]: 1 },
  };
  for (const [place, members] of Object.entries(places)) {
    test(place, async () => {
      const body = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'hi' }], ...members });
      const record = await gate.record(await once1(gate.port, post('/v1/chat/completions', body)));
      assert.ok(record.match_count > 0, 'something was found there');
      const told = fs.readFileSync(gate.recordFile, 'utf8') + gate.log;
      for (const secret of [RESIDENT_ID, AWS_KEY, SECRECY_MARK]) {
        assert.ok(!told.includes(secret), `${place}: ${JSON.stringify(record)}`);
      }
    });
  }

  test('names that no rule matched are told', async () => {
    const body = '{"model":"gpt-4o","user":"clerk-7","messages":[]}';
    const record = await gate.record(await once1(gate.port, post('/v1/chat/completions', body)));
    assert.equal(record.model, 'gpt-4o');
    assert.equal(record.user, 'clerk-7');
    assert.equal(record.model_answered, '*');
  });
});
