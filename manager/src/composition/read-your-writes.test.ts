import { describe, expect, it } from 'vitest';
import { readYourWrites } from './read-your-writes.ts';

describe('readYourWrites()', () => {
  const answering = (status: number) => () => new Response(null, { status });
  const put = () => new Request('http://fauna.test/api/v1/x', { method: 'PUT' });

  it('holds the answer to a change back until it is published', async () => {
    let publish = () => {};
    const published = new Promise<void>((resolve) => {
      publish = resolve;
    });
    let isAnswered = false;
    const answer = Promise.resolve(readYourWrites(answering(200), () => published)(put(), {})).then(() => {
      isAnswered = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(isAnswered).toBe(false);
    publish();
    await answer;
    expect(isAnswered).toBe(true);
  });

  it('answers all the same when nothing gets published', async () => {
    const response = await readYourWrites(answering(200), () => new Promise(() => {}))(put(), {});
    expect(response.status).toBe(200);
  });

  it('does not hold reads and refusals back', async () => {
    const asked = async () => {
      throw new Error('Nobody may be waited for here');
    };
    const read = new Request('http://fauna.test/api/v1/x');
    expect((await readYourWrites(answering(200), asked)(read, {})).status).toBe(200);
    expect((await readYourWrites(answering(422), asked)(put(), {})).status).toBe(422);
  });
});
