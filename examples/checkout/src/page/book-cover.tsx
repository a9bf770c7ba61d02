/** @jsxRuntime automatic */
import type { ReactNode } from 'react';
import type { Book } from '../shop/order.ts';

/** A drawn cover; its title stands beside it. */
export function BookCover({ id }: { readonly id: Book['id'] }) {
  return (
    <svg className="cover" viewBox="0 0 48 64" aria-hidden="true" focusable="false">
      {drawings[id]}
      <path d="M0 0h3v64H0Z" fill="#000" opacity=".18" />
    </svg>
  );
}

const drawings: Readonly<Record<Book['id'], ReactNode>> = {
  rollout: (
    <>
      <path d="M0 0h48v64H0Z" fill="#e9b44c" />
      <circle cx="24" cy="64" r="40" fill="#d9822b" />
      <circle cx="24" cy="64" r="29" fill="#b4531f" />
      <circle cx="24" cy="64" r="17" fill="#7a2e1d" />
      <circle cx="24" cy="16" r="5" fill="#fff4d6" />
    </>
  ),
  tidepools: (
    <>
      <path d="M0 0h48v64H0Z" fill="#cfe6e0" />
      <path d="M0 30c8-6 16-6 24 0s16 6 24 0v34H0Z" fill="#5fa8a0" />
      <path d="M0 41c8-6 16-6 24 0s16 6 24 0v23H0Z" fill="#2f7f86" />
      <path d="M0 52c8-6 16-6 24 0s16 6 24 0v12H0Z" fill="#1c4f63" />
      <circle cx="35" cy="15" r="6" fill="#f2785c" />
    </>
  ),
  'night-train': (
    <>
      <path d="M0 0h48v64H0Z" fill="#232a4d" />
      <circle cx="15" cy="17" r="8" fill="#f4e9c9" />
      <circle cx="18.5" cy="14.5" r="7" fill="#232a4d" />
      <path d="M0 46h48v4H0Z" fill="#10142b" />
      <path d="M8 32h36v12H8Z" fill="#8a3b4a" />
      <path d="M12 35h6v5h-6ZM22 35h6v5h-6ZM32 35h6v5h-6Z" fill="#ffd98a" />
    </>
  ),
};
