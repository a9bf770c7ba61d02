// The import law. ARCHITECTURE.md draws it; this file enforces it.

/** One rule a package: what it may import of the others. */
function onlyImports(from, allowed, comment) {
  return {
    name: `${from.replaceAll('/', '-')}-imports`,
    comment,
    severity: 'error',
    from: { path: `^${from}/src/` },
    to: {
      path: `^(sdks/[^/]+|bearer|manager|dashboard|examples/[^/]+|bench)/`,
      pathNot: `^(${[from, ...allowed].join('|')})/`,
    },
  };
}

export default {
  forbidden: [
    {
      name: 'no-circular',
      comment: 'A component that nests in itself goes in circles for good: groups of conditions hold groups.',
      severity: 'error',
      from: { pathNot: '^dashboard/src/lib/features/targeting/[^/]+\\.svelte$' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-unresolved',
      comment:
        'What begins with a dollar is a module that SvelteKit makes, and cloudflare: is what workerd brings. Some icons are aliases without types of their own.',
      severity: 'error',
      from: {},
      to: {
        couldNotResolve: true,
        pathNot: '^(cloudflare:|\\$(app|env)/|\\./\\$types|@lucide/svelte/icons/)',
      },
    },
    onlyImports('sdks/core', [], 'The evaluator stands on nothing.'),
    onlyImports('sdks/protocol', ['sdks/core'], 'The wire is described in terms of the model.'),
    onlyImports('sdks/client', ['sdks/core'], 'No zod and no server code in an SDK.'),
    onlyImports('sdks/node', ['sdks/core'], 'No zod and no server code in an SDK.'),
    onlyImports('sdks/react', ['sdks/core', 'sdks/client'], 'A thin layer over the client.'),
    onlyImports(
      'examples/checkout',
      ['sdks/core', 'sdks/client', 'sdks/react', 'sdks/node'],
      'It knows no more of Fauna than an application does.',
    ),
    onlyImports('dashboard', ['sdks/core', 'sdks/protocol'], 'It talks to the manager over HTTP.'),
    {
      name: 'dashboard-ui-knows-no-business',
      severity: 'error',
      from: { path: '^dashboard/src/lib/(ui|api)/' },
      to: { path: '^dashboard/src/(lib/features|routes)/' },
    },
    onlyImports('bearer', ['sdks/core', 'sdks/protocol'], 'The bearer never knows the manager.'),
    {
      ...onlyImports(
        'manager',
        ['sdks/core', 'sdks/protocol'],
        'Only composition roots may mount a bearer or the example: main.ts with what it is composed of, and the commands, each a program of its own. Settings are read as bearers read theirs.',
      ),
      from: {
        path: '^manager/src/',
        pathNot:
          '(^manager/src/([^/]+|(commands|composition|config)/.+|platform/start-error|platform/http/trusted-proxies)\\.ts|\\.test\\.ts)$',
      },
    },
    {
      name: 'the-manager-meets-the-bearer-at-its-front-doors',
      severity: 'error',
      from: { path: '^manager/src/', pathNot: '\\.test\\.ts$' },
      to: { path: '^bearer/', pathNot: '^bearer/src/(index|entry/node)\\.ts$' },
    },
    {
      name: 'core-has-no-dependencies',
      severity: 'error',
      from: { path: '^sdks/core/src/', pathNot: '(\\.test\\.ts$|/testing/|/re2/|/re2\\.ts$)' },
      to: { dependencyTypes: ['npm', 'npm-dev', 'npm-peer', 'core'] },
    },
    {
      name: 'no-zod-in-sdks',
      severity: 'error',
      from: { path: '^sdks/(core|client|node|react)/src/' },
      to: { path: 'node_modules/(zod|hono)/' },
    },
    {
      name: 'features-meet-at-the-front-door',
      comment: "Manager features meet only through each other's index.ts.",
      severity: 'error',
      from: { path: '^manager/src/features/([^/]+)/', pathNot: '\\.test\\.ts$' },
      to: { path: '^manager/src/features/([^/]+)/', pathNot: ['^manager/src/features/$1/', '/index\\.ts$'] },
    },
    {
      name: 'runtimes-only-at-the-edge',
      comment:
        'The bearer runs on Node, Deno and Workers: only entry/ and the adapters named after a runtime know one.',
      severity: 'error',
      from: { path: '^bearer/src/', pathNot: '(^bearer/src/entry/|\\.test\\.ts$|/node-[^/]+\\.ts$)' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'no-tests-in-sources',
      severity: 'error',
      from: { path: '/src/', pathNot: '\\.test\\.ts$|\\.contract\\.ts$|/testing/' },
      to: { path: '\\.test\\.ts$|^(manager|bearer)/test/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.test.json' },
    enhancedResolveOptions: {
      conditionNames: ['@fauna-flags/source', 'types', 'import', 'node', 'default'],
      exportsFields: ['exports'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.svelte'],
    },
  },
};
