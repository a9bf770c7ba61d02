import { generateKeyPairSync, sign } from 'node:crypto';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { Provider } from 'oidc-provider';
import { reservedPort } from '../../../bearer/test/support/reserved-port.ts';

/** Somebody who has an account at the provider. Their subject is the name that they sign in with there. */
export interface Person {
  readonly email?: string;
  readonly email_verified?: unknown;
  readonly name?: string;
}

/** A real OpenID provider on a port of its own. Who signs in there needs no password. */
export interface IdentityProvider {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Who has an account, by the name that they sign in with; may be changed. */
  readonly people: Map<string, Person>;
  /** Requests that it got, as `POST /token`. */
  readonly requests: string[];
  /**
   * Does what a person does in a browser: opens the address, signs in, agrees (or does not). Answers where they are sent
   * back to.
   */
  visit(address: string, as: string, does?: 'agree' | 'refuse'): Promise<URL>;
  /** Changes every ID token that it gives from here on, and signs it as its own unless told not to; `undefined`: as it is. */
  forge(change: Forgery | undefined): void;
  /** Takes it off the network; `open` brings it back under the same address. */
  close(): Promise<void>;
  open(): Promise<void>;
}

/** How an ID token is to be other than it was made. */
export interface Forgery {
  readonly claims?: Readonly<Record<string, unknown>>;
  /** `none`: it says that it has no signature, and has none. `stranger`: somebody else has signed it. */
  readonly signature?: 'none' | 'stranger';
}

/** What a test may want a provider to be. */
export interface IdentityProviderOptions {
  readonly redirectUri: string;
  /** Whether claims like the e-mail address are in the ID token and not only in what it tells on request. */
  readonly claimsInIdToken?: boolean;
  readonly tokenEndpointAuth?: 'client_secret_basic' | 'client_secret_post';
}

/** Starts a provider that knows one client. */
export async function startIdentityProvider({
  redirectUri,
  claimsInIdToken = false,
  tokenEndpointAuth = 'client_secret_basic',
}: IdentityProviderOptions): Promise<IdentityProvider> {
  const people = new Map<string, Person>();
  const requests: string[] = [];
  let forgery: Forgery | undefined;
  const own = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const port = await reservedPort();
  let server = await listen(port);
  const issuer = `http://127.0.0.1:${port}`;
  const client = { clientId: 'fauna', clientSecret: 'a secret: of the client / 100 %' };
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: client.clientId,
        client_secret: client.clientSecret,
        redirect_uris: [redirectUri],
        token_endpoint_auth_method: tokenEndpointAuth,
      },
    ],
    clientAuthMethods: [tokenEndpointAuth],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    conformIdTokenClaims: !claimsInIdToken,
    cookies: { keys: ['a key of the provider in tests'] },
    features: { devInteractions: { enabled: true } },
    findAccount: (_: unknown, id: string) => ({
      accountId: id,
      claims: () => ({ sub: id, ...people.get(id) }),
    }),
    jwks: { keys: [{ ...own.export({ format: 'jwk' }), kid: 'own', alg: 'RS256', use: 'sig' }] },
    pkce: { required: () => true },
    ttl: {
      Grant: 600,
      Interaction: 600,
      Session: 600,
      AccessToken: 600,
      IdToken: 600,
      AuthorizationCode: 60,
    },
  });
  const answer = provider.callback();

  function forged(idToken: string, { claims, signature }: Forgery): string {
    const [, payload = ''] = idToken.split('.');
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const before = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
    const header = signature === 'none' ? { alg: 'none' } : { alg: 'RS256', kid: 'own' };
    const text = `${encode(header)}.${encode({ ...before, ...claims })}`;
    const key = signature === 'stranger' ? stranger : own;
    return `${text}.${signature === 'none' ? '' : sign('sha256', Buffer.from(text), key).toString('base64url')}`;
  }

  /** What it answers with is changed on its way out. */
  function forgeOn(response: ServerResponse, change: Forgery): void {
    const end = response.end.bind(response);
    response.end = ((chunk: unknown) => {
      const body = JSON.parse(String(chunk)) as { id_token?: string };
      if (body.id_token !== undefined) body.id_token = forged(body.id_token, change);
      const text = JSON.stringify(body);
      response.setHeader('content-length', Buffer.byteLength(text));
      return end(text);
    }) as typeof response.end;
  }

  async function listen(at: number): Promise<Server> {
    const listening = createServer((request, response) => {
      requests.push(`${request.method} ${request.url?.split('?', 1)[0]}`);
      if (forgery !== undefined && request.url === '/token') forgeOn(response, forgery);
      answer(request, response);
    });
    await new Promise<void>((resolve, reject) => {
      listening.once('error', reject).listen(at, '127.0.0.1', resolve);
    });
    return listening;
  }

  return {
    issuer,
    ...client,
    people,
    requests,
    visit: (address, as, does = 'agree') => visit(issuer, address, as, does),
    forge(change) {
      forgery = change;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
    async open() {
      server = await listen(port);
    },
  };
}

async function visit(issuer: string, address: string, as: string, does: 'agree' | 'refuse'): Promise<URL> {
  const cookies = new Map<string, string>();
  let where = new URL(address);
  let form: URLSearchParams | undefined;
  for (let step = 0; step < 12; step += 1) {
    if (where.origin !== issuer) return where;
    const response = await fetch(where, {
      method: form === undefined ? 'GET' : 'POST',
      redirect: 'manual',
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(form === undefined ? {} : { body: form }),
    });
    form = undefined;
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      cookies.set(name, value);
    }
    const next = response.headers.get('location');
    const page = await response.text();
    if (next !== null) {
      where = new URL(next, where);
    } else if (page.includes('name="login"')) {
      form = new URLSearchParams({ prompt: 'login', login: as, password: 'any' });
    } else if (page.includes('value="consent"')) {
      if (does === 'refuse') where = new URL(`${where.href.replace(/\/$/, '')}/abort`);
      else form = new URLSearchParams({ prompt: 'consent' });
    } else {
      throw new Error(
        `The provider answered ${response.status}: ${page.replaceAll(/<[^>]*>|\s+/g, ' ').slice(0, 500)}`,
      );
    }
  }
  throw new Error('The provider went on and on');
}
