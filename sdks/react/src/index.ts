'use client';

export type { Answer, Client, ClientOptions, Context, Details, Json, Status } from '@fauna-flags/client';
export { FaunaProvider, type FaunaProviderProps } from './fauna-provider.ts';
export type { FaunaStatus } from './flag-store.ts';
export type { InitialValues } from './initial-flags.ts';
export { useFauna } from './use-fauna.ts';
export { useFaunaStatus } from './use-fauna-status.ts';
export { useFlag } from './use-flag.ts';
export { useFlagDetails } from './use-flag-details.ts';
