import { expect, it } from 'vitest';
import { nextPage, signInPage } from './next-page.ts';

const next = (value: string) => nextPage(new URLSearchParams({ next: value }));

it('nextPage() goes back to where signInPage() came from', () => {
  const here = { pathname: '/projects/shop/flags/google-pay', search: '?environment=production&x=%26' };
  const page = new URL(signInPage(here), 'http://localhost');
  expect(page.pathname).toBe('/sign-in');
  expect(nextPage(page.searchParams)).toBe(here.pathname + here.search);
});

it('nextPage() never leads to another origin, nor back to the sign-in page', () => {
  for (const value of [
    '//evil.example',
    '/\\evil.example',
    'https://evil.example',
    'javascript:alert(1)',
    '',
  ]) {
    expect(next(value)).toBe('/');
    expect(new URL(next(value), 'http://localhost').origin).toBe('http://localhost');
  }
  expect(next('/sign-in?next=/sign-in')).toBe('/');
  expect(nextPage(new URLSearchParams())).toBe('/');
});

it('signInPage() remembers nothing of pages to which everybody comes first', () => {
  expect(signInPage({ pathname: '/', search: '' })).toBe('/sign-in');
  expect(signInPage({ pathname: '/sign-in', search: '?next=%2F' })).toBe('/sign-in');
});
