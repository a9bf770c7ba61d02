// @vitest-environment happy-dom
import { type Client, type ClientOptions, createClient } from '@fauna-flags/client';
import {
  createScriptedBearer,
  createVirtualTime,
  openScriptedStream,
  type ScriptedStream,
} from '@fauna-flags/core/link';
import { Activity, act, type ReactNode, StrictMode, useEffect, useLayoutEffect } from 'react';
import { createRoot, hydrateRoot } from 'react-dom/client';
import { renderToString } from 'react-dom/server';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FaunaProvider, useFauna, useFaunaStatus, useFlag, useFlagDetails } from './index.ts';

const p1 = '1-1-aaaaaaaa';
const p2 = '1-2-bbbbbbbb';
const p3 = '1-3-cccccccc';
const of = (value: unknown) => ({ value, variation: JSON.stringify(value), reason: 'DEFAULT' });

const ends: (() => unknown)[] = [];
let complaints: unknown[][];

beforeEach(() => {
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
  localStorage.clear();
  complaints = [];
  vi.spyOn(console, 'error').mockImplementation((...args) => void complaints.push(args));
});
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await act(async () => end());
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

/** A bearer whose streams the test answers, in virtual time, and the options that lead to it. */
function createWorld() {
  const time = createVirtualTime();
  const streams: ScriptedStream[] = [];
  const bearer = createScriptedBearer(time.now, () => {
    const stream = openScriptedStream();
    streams.push(stream);
    return stream.response;
  });
  const platform = { fetch: bearer.fetch, now: time.now, setTimer: time.setTimer, random: () => 0.5 };
  const options: ClientOptions = { url: 'http://bearer', key: 'fauna_cli_1', storage: null, platform };
  return {
    options,
    bearer,
    contexts: () => bearer.requests.map(({ body }) => JSON.parse(body ?? '{}').context),
    open: () => bearer.requests.filter(({ isAborted }) => !isAborted).length,
    async send(type: string, data: unknown) {
      await act(async () => {
        await time.advance(0);
        streams.at(-1)?.send(type, data);
        await time.advance(0);
      });
    },
    settle: () => act(() => time.advance(0)),
  };
}

async function mount(node: ReactNode) {
  const container = document.createElement('div');
  const root = createRoot(container);
  ends.push(() => root.unmount());
  const render = (next: ReactNode) => act(async () => root.render(next));
  await render(node);
  return { container, render, unmount: () => act(async () => root.unmount()) };
}

/** Shows a flag as JSON, and counts how often it was rendered. */
function createShow<T>(key: string, fallback: () => T) {
  const show = {
    values: [] as unknown[],
    Component() {
      const value = useFlag(key, fallback());
      show.values.push(value);
      return <output>{JSON.stringify(value)}</output>;
    },
  };
  return show;
}

function ShowStatus() {
  const { state, position, error } = useFaunaStatus();
  return <output>{[state, position, error?.message].filter(Boolean).join(' ')}</output>;
}

describe('useFlag()', () => {
  it('shows the default, then the value, then each change of it', async () => {
    const world = createWorld();
    const { Component } = createShow('pay', () => false);
    const { container } = await mount(
      <FaunaProvider options={world.options} context={{ key: 'u1' }}>
        <Component />
      </FaunaProvider>,
    );
    expect(container.textContent).toBe('false');
    await world.send('put', { position: p1, flags: { pay: of(true) } });
    expect(container.textContent).toBe('true');
    await world.send('patch', { position: p2, flags: { pay: of(false) }, removed: [] });
    expect(container.textContent).toBe('false');
    expect(world.contexts()).toEqual([{ key: 'u1' }]);
  });

  it('renders a component again when its own flag changes, and for no other one', async () => {
    const world = createWorld();
    const mine = createShow('mine', () => 0);
    await mount(
      <FaunaProvider options={world.options}>
        <mine.Component />
      </FaunaProvider>,
    );
    await world.send('put', { position: p1, flags: { mine: of(1), other: of(1) } });
    mine.values.length = 0;
    await world.send('patch', { position: p2, flags: { other: of(2) }, removed: [] });
    await world.send('hb', { position: p2 });
    expect(mine.values).toEqual([]);
    await world.send('patch', { position: p3, flags: { mine: of(3) }, removed: [] });
    expect(mine.values).toEqual([3]);
  });

  it('keeps the identity of an object while its content stays, over a whole new state too', async () => {
    const world = createWorld();
    const layout = createShow<unknown>('layout', () => ({ columns: 1 }));
    const later = createShow<unknown>('layout', () => null);
    const tree = (children: ReactNode) => <FaunaProvider options={world.options}>{children}</FaunaProvider>;
    const { render } = await mount(tree(<layout.Component />));
    const flags = (columns: number, other: number) => ({ layout: of({ columns }), other: of(other) });
    await world.send('put', { position: p1, flags: flags(2, 1) });
    const first = layout.values.at(-1);
    const renderings = layout.values.length;
    await world.send('put', { position: p2, flags: flags(2, 2) });
    expect(layout.values.length).toBe(renderings);
    await render(tree([<layout.Component key="1" />, <later.Component key="2" />]));
    expect(later.values.at(-1)).toBe(first);
    await world.send('put', { position: p3, flags: flags(3, 2) });
    expect([layout.values.at(-1), later.values.at(-1)]).toEqual([{ columns: 3 }, { columns: 3 }]);
  });

  it('keeps a default that is written in place the same object', async () => {
    const world = createWorld();
    const layout = createShow<unknown>('absent', () => ({ columns: 1 }));
    const tree = () => (
      <FaunaProvider options={world.options}>
        <layout.Component />
      </FaunaProvider>
    );
    const { render } = await mount(tree());
    await world.send('put', { position: p1, flags: {} });
    await render(tree());
    await render(tree());
    expect(layout.values.length).toBeGreaterThan(2);
    expect(new Set(layout.values).size).toBe(1);
    expect(complaints).toEqual([]);
  });

  it('answers the default for another type, for odd names and for defaults that are no JSON', async () => {
    const world = createWorld();
    const cyclic: { self?: unknown } = {};
    cyclic.self = cyclic;
    const seen: unknown[] = [];
    function Odd() {
      seen.splice(
        0,
        seen.length,
        useFlag('pay', 'text'),
        useFlag('__proto__', 7),
        useFlag('constructor', cyclic),
      );
      return null;
    }
    await mount(
      <FaunaProvider options={world.options}>
        <Odd />
      </FaunaProvider>,
    );
    await world.send('put', { position: p1, flags: { pay: of(true) } });
    expect(seen).toEqual(['text', 7, cyclic]);
    expect(complaints).toEqual([]);
  });

  it('says in a sentence that there is no provider', async () => {
    const { Component } = createShow('pay', () => false);
    await expect(mount(<Component />)).rejects.toThrow(
      'Cannot use useFlag(): no <FaunaProvider> is above this component. Put one around your app',
    );
  });
});

describe('useFlagDetails()', () => {
  it('tells the reason, and renders again only when the answer differs', async () => {
    const world = createWorld();
    const seen: unknown[] = [];
    function Details() {
      seen.push(useFlagDetails('pay', false));
      return null;
    }
    await mount(
      <FaunaProvider options={world.options}>
        <Details />
      </FaunaProvider>,
    );
    await world.send('put', { position: p1, flags: { pay: of(true), other: of(1) } });
    await world.send('patch', { position: p2, flags: { other: of(2) }, removed: [] });
    await world.send('patch', { position: p3, flags: {}, removed: ['pay'] });
    expect(seen).toEqual([
      { value: false, reason: 'ERROR', errorCode: 'PROVIDER_NOT_READY' },
      { ...of(true), position: p1 },
      { value: false, reason: 'ERROR', errorCode: 'FLAG_NOT_FOUND', position: p3 },
    ]);
  });
});

describe('<FaunaProvider>', () => {
  it('follows a changed context with the same client, and takes an equal one for no change', async () => {
    const world = createWorld();
    const clients = new Set<Client>();
    function Pay() {
      clients.add(useFauna());
      return String(useFlag('pay', false));
    }
    const as = (context: { key: string; plan?: string }) => (
      <FaunaProvider options={world.options} context={context}>
        <Pay />
      </FaunaProvider>
    );
    const { container, render } = await mount(as({ key: 'u1', plan: 'pro' }));
    await world.send('put', { position: p1, flags: { pay: of(true) } });
    await render(as({ key: 'u1', plan: 'pro' }));
    await world.settle();
    expect(world.contexts()).toEqual([{ key: 'u1', plan: 'pro' }]);
    await render(as({ key: 'u2' }));
    expect(container.textContent).toBe('true');
    await world.send('put', { position: p1, flags: { pay: of(false) } });
    expect(container.textContent).toBe('false');
    expect(world.contexts()).toEqual([{ key: 'u1', plan: 'pro' }, { key: 'u2' }]);
    expect(clients.size).toBe(1);
    expect(world.open()).toBe(1);
  });

  it('has one open connection in StrictMode and none when it is gone', async () => {
    const world = createWorld();
    const { Component } = createShow('pay', () => false);
    const { container, unmount } = await mount(
      <StrictMode>
        <FaunaProvider options={world.options} context={{ key: 'u1' }}>
          <Component />
        </FaunaProvider>
      </StrictMode>,
    );
    await world.send('put', { position: p1, flags: { pay: of(true) } });
    expect(container.textContent).toBe('true');
    expect(world.open()).toBe(1);
    await unmount();
    expect(world.open()).toBe(0);
    expect(complaints).toEqual([]);
  });

  it('has no connection while an <Activity> hides it, and values again when it is shown', async () => {
    const world = createWorld();
    const { Component } = createShow('pay', () => false);
    const tree = (mode: 'visible' | 'hidden') => (
      <Activity mode={mode}>
        <FaunaProvider options={world.options}>
          <Component />
        </FaunaProvider>
      </Activity>
    );
    const { container, render } = await mount(tree('visible'));
    await world.send('put', { position: p1, flags: { pay: of(true) } });
    await render(tree('hidden'));
    expect(world.open()).toBe(0);
    await render(tree('visible'));
    await world.send('put', { position: p2, flags: { pay: of(true) } });
    expect([world.open(), container.textContent]).toEqual([1, 'true']);
    expect(complaints).toEqual([]);
  });

  it('makes another client for another key', async () => {
    const world = createWorld();
    const { Component } = createShow('pay', () => false);
    const by = (key: string) => (
      <FaunaProvider options={{ ...world.options, key }}>
        <Component />
      </FaunaProvider>
    );
    const { container, render } = await mount(by('fauna_cli_1'));
    await world.send('put', { position: p1, flags: { pay: of(true) } });
    await render(by('fauna_cli_2'));
    await world.send('put', { position: p1, flags: { pay: of(false) } });
    expect(container.textContent).toBe('false');
    expect(world.bearer.requests.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer fauna_cli_1',
      'Bearer fauna_cli_2',
    ]);
    expect(world.open()).toBe(1);
  });

  it('shows a client of your own, and leaves closing it to you', async () => {
    const world = createWorld();
    const client = createClient({ ...world.options, context: { key: 'u1' } });
    ends.push(() => client.close());
    const { Component } = createShow('pay', () => false);
    const { container, unmount } = await mount(
      <FaunaProvider client={client}>
        <Component />
        <ShowStatus />
      </FaunaProvider>,
    );
    await world.send('put', { position: p1, flags: { pay: of(true) } });
    expect(container.textContent).toBe(`truelive ${p1}`);
    await unmount();
    expect(world.open()).toBe(1);
  });

  it('shows what was kept from last time before anything comes from the network', async () => {
    const world = createWorld();
    const { storage: _, ...options } = world.options;
    const client = createClient(options);
    await world.send('put', { position: p1, flags: { pay: of(true) } });
    client.close();
    const { Component } = createShow('pay', () => false);
    const { container } = await mount(
      <FaunaProvider options={options}>
        <Component />
        <ShowStatus />
      </FaunaProvider>,
    );
    expect(container.textContent).toBe(`truecached ${p1}`);
  });

  it('shows them before the first paint', async () => {
    vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', false);
    const world = createWorld();
    const { storage: _, ...options } = world.options;
    const client = createClient(options);
    await world.send('put', { position: p1, flags: { pay: of(true) } });
    client.close();
    const container = document.createElement('div');
    const root = createRoot(container);
    ends.push(() => root.unmount());
    // A browser paints when the task is over, and so after the microtasks of the commit.
    const painted = await new Promise((resolve) => {
      function Pay() {
        const pay = useFlag('pay', false);
        useLayoutEffect(() => queueMicrotask(() => queueMicrotask(() => resolve(container.textContent))), []);
        return String(pay);
      }
      root.render(
        <FaunaProvider options={options}>
          <Pay />
        </FaunaProvider>,
      );
    });
    expect(painted).toBe('true');
  });

  it('says in its status what is wrong with the options, and goes on when they are mended', async () => {
    const world = createWorld();
    const { Component } = createShow('pay', () => false);
    const as = (context: unknown) => (
      <FaunaProvider options={world.options} context={context as { key: string }}>
        <Component />
        <ShowStatus />
      </FaunaProvider>
    );
    const { container, render } = await mount(as(['u1']));
    expect(container.textContent).toContain('falseoffline Cannot use this as a context');
    await render(as({ key: 'u1' }));
    await world.send('put', { position: p1, flags: { pay: of(true) } });
    expect(container.textContent).toBe(`truelive ${p1}`);
  });

  it('gives a client whose promises and listeners survive the second mount of StrictMode', async () => {
    const world = createWorld();
    const heard: string[] = [];
    function Listens() {
      const client = useFauna();
      client.ready().then(() => heard.push(`ready ${client.get('pay', false)}`));
      return null;
    }
    function Hears() {
      const client = useFauna();
      useEffect(() => client.on('change', ({ changed }) => heard.push(`changed ${changed}`)), [client]);
      return null;
    }
    await mount(
      <StrictMode>
        <FaunaProvider options={world.options}>
          <Listens />
          <Hears />
        </FaunaProvider>
      </StrictMode>,
    );
    expect(heard).toEqual([]);
    await world.send('put', { position: p1, flags: { pay: of(true) } });
    expect(new Set(heard)).toEqual(new Set(['changed pay', 'ready true']));
  });
});

describe('rendering on a server', () => {
  const { Component } = createShow('pay', () => false);

  it('connects to nothing, and answers what was handed in or the default', () => {
    const world = createWorld();
    const withInitial = (initial?: Record<string, boolean>) =>
      renderToString(
        <FaunaProvider options={world.options} {...(initial && { initial })}>
          <Component />
          <ShowStatus />
        </FaunaProvider>,
      );
    expect(withInitial()).toBe('<output>false</output><output>offline</output>');
    expect(withInitial({ pay: true })).toBe('<output>true</output><output>offline</output>');
    const bootstrap = { flags: { pay: { value: true, variation: 'on', reason: 'RULE' as const } } };
    expect(
      renderToString(
        <FaunaProvider options={{ ...world.options, bootstrap }}>
          <Component />
        </FaunaProvider>,
      ),
    ).toBe('<output>true</output>');
    expect(world.bearer.requests).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('hydrates without a mismatch, also when the browser knows other values, and then goes live', async () => {
    const world = createWorld();
    const client = createClient(world.options);
    ends.push(() => client.close());
    await world.send('put', { position: p1, flags: { pay: of(false) } });
    const tree = (
      <FaunaProvider client={client} initial={{ pay: true }}>
        <Component />
        <ShowStatus />
      </FaunaProvider>
    );
    const container = document.createElement('div');
    container.innerHTML = renderToString(tree);
    expect(container.textContent).toBe('trueoffline');
    const recovered: unknown[] = [];
    const root = await act(async () =>
      hydrateRoot(container, tree, { onRecoverableError: (error) => recovered.push(error) }),
    );
    ends.push(() => root.unmount());
    expect(container.textContent).toBe(`falselive ${p1}`);
    expect([...recovered, ...complaints]).toEqual([]);
  });

  it('keeps what was handed in until the first values are in', async () => {
    const world = createWorld();
    const { container } = await mount(
      <FaunaProvider options={world.options} initial={{ pay: true }}>
        <Component />
      </FaunaProvider>,
    );
    expect(container.textContent).toBe('true');
    await world.send('put', { position: p1, flags: {} });
    expect(container.textContent).toBe('false');
  });
});
