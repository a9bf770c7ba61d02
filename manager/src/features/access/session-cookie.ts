/** The cookie that carries a session's token. */
export interface SessionCookie {
  readonly name: string;
  readonly secure: boolean;
}

/**
 * The cookie of an installation. Under https its name makes browsers refuse any that was set without Secure, for another
 * path or by a sibling domain; on plain http, where browsers would refuse that very name, it is an ordinary one.
 */
export function sessionCookie(url: string | undefined): SessionCookie {
  const secure = url?.startsWith('https://') ?? false;
  return { secure, name: secure ? '__Host-fauna_session' : 'fauna_session' };
}

/** Whether these headers carry the cookie, whatever is in it. */
export function hasCookie(headers: Headers, { name }: SessionCookie): boolean {
  return (headers.get('cookie') ?? '').split(';').some((pair) => pair.trimStart().startsWith(`${name}=`));
}

/** A `Set-Cookie` that makes a browser forget it. */
export function forgetCookie({ name, secure }: SessionCookie): string {
  return `${name}=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
}
