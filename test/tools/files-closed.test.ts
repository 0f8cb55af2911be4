// Owns the table of what stays closed: not read, not written, not listed, not searched, not reached by a link.

import { mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createClosed } from '../../tools/files/closed.ts';
import { expandHome } from '../../tools/files/home.ts';
import { CLOSED, createFileTools } from '../../tools/files.ts';

let root = '';

beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'files-closed-')));
});

afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

async function make(path: string, text = 'secret-value'): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text);
}

/** What the model is told. */
async function call(
  name: string,
  args: object,
  options: { root?: string; closed?: readonly string[] } = {},
): Promise<string> {
  const tool = createFileTools({ root, ...options }).find((one) => one.name === name);
  const context = { signal: new AbortController().signal, progress: () => {} };
  try {
    return String(await tool?.execute(args, context as never));
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const SECRET: readonly string[] = [
  ...[
    '.env',
    '.env.local',
    '.env.production',
    '.ENV',
    '.envrc',
    'prod.env',
    'app/.env.example',
    '.flaskenv',
    '.dev.vars',
  ],
  ...[
    '.npmrc',
    'web/.npmrc',
    '.yarnrc.yml',
    '.pypirc',
    '.netrc',
    '_netrc',
    '.git-credentials',
    '.git/config',
    'pip.conf',
    '.authinfo.gpg',
  ],
  ...[
    '.ssh/config',
    '.ssh/known_hosts',
    '.ssh/id_ecdsa',
    '.SSH/authorized_keys',
    'id_rsa',
    'ID_RSA.pub',
    'id_ecdsa_sk',
    'id_dsa',
  ],
  ...[
    'id_ed25519',
    'deploy_ed25519',
    'server.pem',
    'tls.KEY',
    'AuthKey.p8',
    'cert.p12',
    'cert.pfx',
    'app.jks',
    'putty.ppk',
    'Passwords.kdbx',
  ],
  ...[
    '.aws/credentials',
    '.aws/config',
    '.azure/accessTokens.json',
    '.config/gcloud/credentials.db',
    '.kube/config',
    'kubeconfig',
    'prod.kubeconfig',
  ],
  ...[
    '.docker/config.json',
    '.dockercfg',
    '.gnupg/private-keys-v1.d/x',
    '.password-store/mail.gpg',
    '.htpasswd',
    '.pgpass',
    '.my.cnf',
    '.vault-token',
  ],
  ...[
    'terraform.tfstate',
    'terraform.tfstate.backup',
    'prod.tfvars',
    'prod.auto.tfvars',
    'x.tfvars.json',
    '.terraform/x',
    '.terraformrc',
  ],
  ...[
    'service-account.json',
    'my-service-account-key.json',
    'gcp_service_account.json',
    'x-firebase-adminsdk-1.json',
    'client_secret_1.json',
  ],
  ...[
    'application_default_credentials.json',
    'credentials',
    'credentials.json',
    'secrets.yaml',
    '.streamlit/secrets.toml',
    'wallet.dat',
  ],
  ...[
    'UTC--2016-03-22T12-57-55',
    '.bitcoin/wallets/x',
    '.config/solana/id.json',
    '.bash_history',
    '.zsh_history',
    '.python_history',
  ],
  ...[
    '.psql_history',
    '.mysql_history',
    '.node_repl_history',
    'fish_history',
    '.lesshst',
    '.config/gh/hosts.yml',
    '.cargo/credentials.toml',
  ],
  ...[
    '.m2/settings.xml',
    '.gem/credentials',
    '.mozilla/firefox/x/logins.json',
    'logins.json',
    '.local/share/keyrings/login.keyring',
  ],
  ...[
    'Library/Keychains/login.keychain-db',
    '.config/rclone/rclone.conf',
    '.s3cfg',
    '.boto',
    'node_modules/a/index.js',
    '.huggingface/token',
  ],
];

const OPEN: readonly string[] = [
  ...[
    'readme.md',
    'environment.ts',
    'env.ts',
    'src/key.ts',
    'keys.md',
    'monkey.txt',
    'id_map.ts',
    'src/credentials.ts',
    'secrets.ts',
  ],
  ...[
    '.gitignore',
    '.github/workflows/ci.yml',
    '.docker/Dockerfile',
    'docker/config.json',
    'aws/main.tf',
    'config/gcloud.md',
    'history.md',
  ],
  ...[
    'src/cookies/index.ts',
    'tokens.css',
    '.config/nvim/init.lua',
    '.npmignore',
    'sshd.md',
    'kube/config.yaml',
    'package.json',
  ],
];

describe('what people keep secret', () => {
  test.each(SECRET)('%s is not read, listed, searched or written', async (path) => {
    await make(path);
    const folder = path.includes('/') ? dirname(path) : '';
    const told = [
      await call('read_file', { path }),
      await call('list_files', { path: folder }),
      await call('list_files', { pattern: '**' }),
      await call('search_files', { text: 'secret-value' }),
      await call('write_file', { path, text: 'x', replace: true }),
    ];
    const isFolderClosed = told[1] !== 'There is nothing.';
    expect(told).toEqual([
      `${JSON.stringify(path)} is closed to tools: go on without it.`,
      isFolderClosed ? `${JSON.stringify(folder)} is closed to tools: go on without it.` : 'There is nothing.',
      'There is nothing.',
      'Nothing was found.',
      `${JSON.stringify(path)} is closed to tools: go on without it.`,
    ]);
    expect(await readFile(join(root, path), 'utf8')).toBe('secret-value');
  });

  test.each(OPEN)('%s is none of it', async (path) => {
    await make(path, 'open-value');
    const told = [await call('read_file', { path }), await call('search_files', { text: 'open-value' })];
    expect(told).toEqual(['open-value', `${path}:1: open-value`]);
  });

  test('is not reached by a link, to it, to its folder or to a link to it', async () => {
    await make('.ssh/config');
    await symlink('.ssh/config', join(root, 'a'));
    await symlink('.ssh', join(root, 'b'));
    await symlink(join(root, 'a'), join(root, 'c'));
    const paths = ['a', 'b/config', 'c', 'b'];
    const told = await Promise.all(paths.map((path) => call('read_file', { path })));
    expect(told).toEqual(paths.map((path) => `"${path}" is closed to tools: go on without it.`));
    expect(await call('write_file', { path: 'b/new', text: 'x' })).toBe(
      '"b/new" is closed to tools: go on without it.',
    );
    expect(await call('list_files', { path: 'b' })).toBe('"b" is closed to tools: go on without it.');
    expect(await call('search_files', { text: 'secret-value' })).toMatch(/^Nothing was found\./);
  });

  test.each([
    ['.aws', 'credentials'],
    ['.config/gcloud', 'access_tokens.db'],
    ['.ssh', 'deep/config'],
    ['.config', 'gcloud/x'],
    ['.docker', 'config.json'],
  ])('is closed also when the root is in its folder: %s', async (folder, path) => {
    await make(`${folder}/${path}`);
    const told = await call('read_file', { path }, { root: join(root, folder) });
    expect(told).toBe(`"${path}" is closed to tools: go on without it.`);
  });

  test('does not include a root that a person chose in a folder that is only without end', async () => {
    await make('node_modules/a/index.js', 'text');
    expect(await call('read_file', { path: 'index.js' }, { root: join(root, 'node_modules', 'a') })).toBe('text');
  });
});

describe('the list', () => {
  test('can be added to and replaced', async () => {
    await make('drafts/a.md', 'draft');
    await make('.env');
    expect(await call('read_file', { path: 'drafts/a.md' }, { closed: [...CLOSED, 'drafts'] })).toMatch(/is closed/);
    expect(await call('read_file', { path: 'drafts/a.md' }, { closed: [...CLOSED, 'Drafts/*.MD'] })).toMatch(
      /is closed/,
    );
    expect(await call('read_file', { path: '.env' }, { closed: [...CLOSED, 'drafts'] })).toMatch(/is closed/);
    expect(await call('read_file', { path: '.env' }, { closed: [] })).toBe('secret-value');
  });

  test.each([
    ['a/b', ['a', 'b'], true],
    ['a/b', ['x', 'a', 'b', 'c'], true],
    ['a/b', ['a', 'x', 'b'], false],
    ['a/b', ['b'], true],
    ['a/**', ['b'], true],
    ['a/**', [], false],
    ['a', ['b'], false],
    ['b/**', ['b'], true],
    ['b*/c?', ['bx', 'cy', 'z'], true],
  ])('%s over %j in a root named a: %j', (rule, segments, isClosed) => {
    expect(createClosed([rule], '/home/a').has(segments)).toBe(isClosed);
  });

  test('has no name twice', () => {
    expect(CLOSED.filter((name, at) => CLOSED.indexOf(name) !== at)).toEqual([]);
  });
});

test.each([
  ['~', homedir()],
  ['~/notes', join(homedir(), 'notes')],
  ['~ann/notes', '~ann/notes'],
  ['notes/~', 'notes/~'],
])('a root %s is %s', (path, expanded) => {
  expect(expandHome(path)).toBe(expanded);
});

test('a root in the home folder is told as it was written', async () => {
  expect(await call('list_files', {}, { root: '~/no such folder here' })).toMatch(
    /^The folder ~\/no such folder here cannot/,
  );
});
