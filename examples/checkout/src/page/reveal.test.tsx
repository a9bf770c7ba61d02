// @vitest-environment happy-dom
import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Reveal } from './reveal.tsx';
import { useNews } from './use-news.ts';

let container: HTMLElement;
let root: Root;
beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
  container = document.body.appendChild(document.createElement('div'));
  root = createRoot(container);
});
afterEach(() => {
  act(() => root.unmount());
  container.remove();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('<Reveal>', () => {
  const lost = vi.fn();
  const render = (isShown: boolean) =>
    act(() =>
      root.render(
        <Reveal isShown={isShown} onFocusLost={lost}>
          <button type="button">Pay</button>
        </Reveal>,
      ),
    );
  const reveal = () => container.querySelector('.reveal');
  const wait = (ms: number) => act(() => vi.advanceTimersByTime(ms));

  it('is simply there at first, comes in later, and goes with nobody able to press it', () => {
    render(true);
    expect(reveal()?.className).toBe('reveal is-there');
    render(false);
    expect([reveal()?.className, reveal()?.hasAttribute('inert')]).toEqual(['reveal is-leaving', true]);
    wait(300);
    expect(reveal()).toBeNull();
    render(true);
    expect([reveal()?.className, reveal()?.hasAttribute('inert')]).toEqual(['reveal is-entering', false]);
  });

  it('stays when it is wanted back while it leaves', () => {
    render(true);
    render(false);
    wait(100);
    render(true);
    wait(1_000);
    expect([reveal()?.className, reveal()?.hasAttribute('inert')]).toEqual(['reveal is-entering', false]);
  });

  it('asks for another place for the focus, and only when it had it', () => {
    lost.mockClear();
    render(true);
    render(false);
    expect(lost).not.toHaveBeenCalled();
    render(true);
    container.querySelector('button')?.focus();
    render(false);
    expect(lost).toHaveBeenCalledTimes(1);
  });
});

describe('useNews()', () => {
  it('tells of changes, and nothing of what was there from the start', () => {
    const News = ({ value }: { readonly value: boolean }) => useNews(value, (now) => `It is ${now} now.`);
    const told = (value: boolean) => {
      act(() => root.render(<News value={value} />));
      return container.textContent;
    };
    expect([told(true), told(true), told(false), told(true)]).toEqual([
      '',
      '',
      'It is false now.',
      'It is true now.',
    ]);
  });
});
