const storageKey = 'fauna-invitation';

/** The token of an invitation in `#<token>`. It travels in the fragment, which no browser sends and no server logs. */
export function invitationTokenIn(hash: string): string | undefined {
  return /^#([A-Za-z0-9_-]{20,200})$/.exec(hash)?.[1];
}

/** Keeps a token in this tab alone, so that it is there again after signing in. */
export function keepToken(token: string): void {
  try {
    sessionStorage.setItem(storageKey, token);
  } catch {
    // Without storage whoever has to sign in first opens the link again.
  }
}

/** The token that this tab keeps. */
export function keptToken(): string | undefined {
  try {
    return sessionStorage.getItem(storageKey) ?? undefined;
  } catch {
    return undefined;
  }
}

/** Keeps it no longer: it was used, or is of no more use. */
export function forgetToken(): void {
  try {
    sessionStorage.removeItem(storageKey);
  } catch {
    // Where nothing can be kept, nothing was.
  }
}
