import type { Fauna } from './composition/compose-fauna.ts';
import type { Config } from './config/config.ts';

/** Where a bearer listens that was started beside a manager, without settings of its own. */
const bearerUrl = 'http://localhost:3001';

/** Tells whoever ran `npm start` what to open and how to connect, in as few lines as can be. */
export function announce({
  config,
  port,
  fauna,
  print,
}: {
  readonly config: Config;
  readonly port: number;
  readonly fauna: Fauna;
  readonly print: (line: string) => void;
}): void {
  const url = config.url ?? `http://${addressOf(config.host)}:${port}`;
  const { welcomeToken, example } = fauna;
  const isAlone = config.store !== undefined;
  const lines = [
    '',
    `  Fauna is running at ${url}`,
    '',
    ...(welcomeToken === undefined
      ? [`  Sign in       ${url}/sign-in`]
      : [
          '  Create your account, with this link that works once:',
          `  ${url}/welcome#token=${welcomeToken}`,
          '',
        ]),
    ...(example === undefined ? [] : [`  Example       ${url}${example}`]),
    `  API           ${url}/api/v1`,
    ...(config.adminTokenGenerated ? [`  Admin token   ${config.adminToken}`] : []),
    `  Data          ${fauna.dataFolder}`,
    ...(isAlone ? ['  SDKs          are served by bearers: npm run bearer, with the same store'] : []),
  ];
  const { sample } = fauna;
  if (sample !== undefined) {
    lines.push(
      '',
      '  The sample project has a flag "google-pay" for students on the west coast. Its SDK keys (production):',
      '',
      `  Client key    ${sample.clientKey}`,
      ...(sample.serverKey === undefined ? [] : [`  Server key    ${sample.serverKey}`]),
      '',
      '  Connect an SDK:',
      '',
      "    import { createClient } from '@fauna-flags/client';",
      `    const fauna = createClient({ url: '${isAlone && config.url === undefined ? bearerUrl : url}', key: '${sample.clientKey}', context: { key: 'user-1', state: 'Washington', student: true } });`,
      "    fauna.on('change', () => console.log('google-pay:', fauna.get('google-pay', false)));",
    );
  }
  for (const line of [...lines, '']) print(line);
}

/** What a browser on the same machine calls it. */
function addressOf(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}
