import { describe, expect, it } from 'vitest';
import { adminPrincipal } from '../../platform/http/index.ts';
import { LiveStream } from './live-stream.ts';

function openStream({ hangUp }: { hangUp?: () => void } = {}) {
  let gone = 0;
  const stream = new LiveStream({
    principal: adminPrincipal(''),
    sessionId: 'session',
    hangUp,
    now: 0,
    onGone: () => {
      gone += 1;
    },
  });
  const reader = stream.body.getReader();
  const next = async () => new TextDecoder().decode((await reader.read()).value);
  return { stream, reader, next, gone: () => gone };
}

const frame = (size: number) => new TextEncoder().encode('x'.repeat(size));

describe('LiveStream', () => {
  it('begins with a sign of life and when to come back, and beats every fifteen seconds', async () => {
    const { stream, next } = openStream();
    expect(await next()).toBe('retry: 2000\nevent: hb\ndata: {}\n\n');
    stream.sweep(14_999);
    stream.sweep(15_000);
    expect(await next()).toBe('event: hb\ndata: {}\n\n');
    stream.sweep(29_999);
    stream.sweep(30_000);
    stream.send(frame(3));
    expect(await next()).toBe('event: hb\ndata: {}\n\n');
    expect(await next()).toBe('xxx');
  });

  it('is cut when more than 64 KiB wait for its reader', async () => {
    let hungUp = 0;
    const { stream, next, gone } = openStream({
      hangUp: () => {
        hungUp += 1;
      },
    });
    await next();
    stream.send(frame(64 * 1024));
    stream.send(frame(1));
    expect(gone()).toBe(0);
    stream.send(frame(1));
    expect([gone(), hungUp]).toEqual([1, 1]);
  });

  it('is cut when its reader takes nothing for ten seconds, and not when there is nothing to take', async () => {
    const { stream, next, gone, reader } = openStream();
    await next();
    stream.sweep(9_000);
    stream.sweep(14_000);
    stream.send(frame(1));
    stream.sweep(23_999);
    expect(gone()).toBe(0);
    stream.sweep(24_000);
    expect(gone()).toBe(1);
    await expect(reader.read()).rejects.toThrow('too slow');
  });

  it('is gone once, and then takes nothing more', async () => {
    const { stream, reader, gone } = openStream();
    await reader.cancel();
    stream.send(frame(1));
    stream.sweep(60_000);
    stream.close();
    stream.cut();
    expect(gone()).toBe(1);
    const other = openStream();
    other.stream.close();
    other.stream.close();
    expect(other.gone()).toBe(1);
  });
});
