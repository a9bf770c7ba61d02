import type { SdkKeyKind } from '@fauna-flags/protocol';

/** Code that connects with a key. */
export interface KeySnippet {
  readonly id: 'client' | 'react' | 'node' | 'openfeature' | 'curl';
  readonly label: string;
  readonly code: string;
}

/** What the code is made for. */
export interface SnippetParts {
  readonly kind: SdkKeyKind;
  /** Where Fauna is reached, without a path. */
  readonly url: string;
  /** The key's text; absent for a server key that was shown before. */
  readonly key?: string | undefined;
}

/** The name of the environment variable that a server's key belongs into. */
export const serverKeyVariable = 'FAUNA_SERVER_KEY';

/** The ways to connect with a key, ready to be pasted. A server key never stands in code: it comes from the environment. */
export function snippetsFor({ kind, url, key }: SnippetParts): readonly KeySnippet[] {
  return kind === 'client' ? clientSnippets(url, key ?? 'fauna_cli_…') : serverSnippets(url, key);
}

function clientSnippets(url: string, key: string): readonly KeySnippet[] {
  return [
    {
      id: 'client',
      label: 'JavaScript',
      code: `import { createClient } from '@fauna-flags/client';

const fauna = createClient({
  url: '${url}',
  key: '${key}',
  context: { key: 'user-1' },
});
await fauna.ready();

fauna.get('my-flag', false);
fauna.on('change', () => render());`,
    },
    {
      id: 'react',
      label: 'React',
      code: `import { FaunaProvider, useFlag } from '@fauna-flags/react';

const options = {
  url: '${url}',
  key: '${key}',
};

export function App() {
  return (
    <FaunaProvider options={options} context={{ key: 'user-1' }}>
      <Checkout />
    </FaunaProvider>
  );
}

function Checkout() {
  const isOn = useFlag('my-flag', false);
  return isOn ? <NewCheckout /> : <OldCheckout />;
}`,
    },
    {
      id: 'openfeature',
      label: 'OpenFeature',
      code: `import { OFREPWebProvider } from '@openfeature/ofrep-web-provider';
import { OpenFeature } from '@openfeature/web-sdk';

await OpenFeature.setContext({ targetingKey: 'user-1' });
await OpenFeature.setProviderAndWait(
  new OFREPWebProvider({
    baseUrl: '${url}',
    headers: [['Authorization', 'Bearer ${key}']],
  }),
);
OpenFeature.getClient().getBooleanValue('my-flag', false);`,
    },
    {
      id: 'curl',
      label: 'curl',
      code: `curl ${url}/connect/client \\
  -H 'Authorization: Bearer ${key}' \\
  -d '{"context": {"key": "user-1"}}'`,
    },
  ];
}

function serverSnippets(url: string, key: string | undefined): readonly KeySnippet[] {
  const variable = `$${serverKeyVariable}`;
  return [
    {
      id: 'node',
      label: 'Node',
      code: `import { createServerClient } from '@fauna-flags/node';

const fauna = createServerClient({
  url: '${url}',
  key: process.env.${serverKeyVariable},
});
await fauna.ready();

fauna.get('my-flag', { key: 'user-1' }, false);`,
    },
    {
      id: 'openfeature',
      label: 'OpenFeature (OFREP)',
      code: `curl ${url}/ofrep/v1/evaluate/flags/my-flag \\
  -H "Authorization: Bearer ${variable}" \\
  -H 'Content-Type: application/json' \\
  -d '{"context": {"targetingKey": "user-1"}}'`,
    },
    {
      id: 'curl',
      label: 'curl',
      code: `${key === undefined ? '' : `export ${serverKeyVariable}='${key}'\n\n`}curl ${url}/connect/server \\
  -H "Authorization: Bearer ${variable}"`,
    },
  ];
}
