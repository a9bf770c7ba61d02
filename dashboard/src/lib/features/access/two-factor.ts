import type { RecoveryCodes, TwoFactor, TwoFactorSetup } from '@fauna-flags/protocol';
import { queryOptions } from '@tanstack/svelte-query';
import { api, queryKeys } from '$lib/api/index.ts';

/** Whether signing in takes a code besides the password. */
export function twoFactorQuery() {
  return queryOptions({
    queryKey: queryKeys.twoFactor(),
    queryFn: ({ signal }) => api.get<TwoFactor>('/account/two-factor', { signal }),
  });
}

/** A secret for the person's app; nothing asks for it before it is confirmed. */
export function setUpTwoFactor(password: string): Promise<TwoFactorSetup> {
  return api.post<TwoFactorSetup>('/account/two-factor', { password });
}

/** Takes the app into use. The answer is the one place where the recovery codes are ever seen. */
export function confirmTwoFactor(code: string): Promise<RecoveryCodes> {
  return api.post<RecoveryCodes>('/account/two-factor/confirm', { code });
}

/** New recovery codes in place of those before. */
export function renewRecoveryCodes(code: string): Promise<RecoveryCodes> {
  return api.post<RecoveryCodes>('/account/two-factor/recovery-codes', { code });
}

/** Takes the second factor away. */
export function disableTwoFactor(password: string): Promise<void> {
  return api.delete('/account/two-factor', {}, { password });
}

/** A secret as people read it out: in groups of four. */
export function secretInGroups(secret: string): string {
  return (secret.match(/.{1,4}/g) ?? []).join(' ');
}
