// Owns which servers of others are started by `npm run mcp:real`, and two calls of each. Running them is left to `run.ts`.

import type { JsonObject } from '../../../src/core/json.ts';

export interface RealServer {
  readonly registry: 'npm' | 'pypi';
  readonly name: string;
  readonly version: string;
  /** The command of the package, where it has another name. */
  readonly command?: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Made in the folder of the server before it starts. `FOLDER` in arguments stands for that folder. */
  readonly files?: Readonly<Record<string, string>>;
  /** Commands of git and the like, run in the folder before. */
  readonly prepare?: readonly (readonly string[])[];
  readonly calls: readonly (readonly [tool: string, args: JsonObject])[];
}

const note = { 'note.txt': 'hello\n' };
const entity = { entities: [{ name: 'Ada', entityType: 'person', observations: ['writes'] }] };
const thought = { thought: 'x', nextThoughtNeeded: false, thoughtNumber: 1, totalThoughts: 1 };

export const REAL_SERVERS: readonly RealServer[] = [
  {
    ...{ registry: 'npm', name: '@modelcontextprotocol/server-filesystem', version: '2026.8.31' },
    ...{ args: ['FOLDER'], files: note },
    calls: [
      ['read_text_file', { path: 'FOLDER/note.txt' }],
      ['list_directory', { path: 'FOLDER' }],
    ],
  },
  {
    ...{ registry: 'npm', name: '@modelcontextprotocol/server-memory', version: '2026.8.31' },
    calls: [
      ['create_entities', entity],
      ['read_graph', {}],
    ],
  },
  {
    ...{ registry: 'npm', name: '@modelcontextprotocol/server-sequential-thinking', version: '2026.8.31' },
    calls: [
      ['sequentialthinking', thought],
      ['sequentialthinking', thought],
    ],
  },
  {
    ...{ registry: 'npm', name: '@modelcontextprotocol/server-everything', version: '2026.8.31' },
    calls: [
      ['echo', { message: 'hi' }],
      ['get-sum', { a: 1, b: 2 }],
    ],
  },
  {
    // Without the network: its answer is an error of its own, and no loss.
    ...{ registry: 'npm', name: '@modelcontextprotocol/server-github', version: '2025.4.8' },
    ...{ env: { GITHUB_PERSONAL_ACCESS_TOKEN: 'none', HTTPS_PROXY: 'http://127.0.0.1:9' } },
    calls: [
      ['search_repositories', { query: 'vllm' }],
      ['get_issue', { owner: 'a', repo: 'b', issue_number: 1 }],
    ],
  },
  {
    ...{
      registry: 'npm',
      name: '@modelcontextprotocol/server-postgres',
      version: '0.6.2',
      args: ['postgres://127.0.0.1:9/x'],
    },
    calls: [
      ['query', { sql: 'select 1' }],
      ['query', { sql: 'select 2' }],
    ],
  },
  {
    ...{ registry: 'npm', name: '@playwright/mcp', version: '0.0.83', args: ['--headless', '--isolated'] },
    calls: [
      ['browser_tabs', { action: 'list' }],
      ['browser_close', {}],
    ],
  },
  {
    ...{ registry: 'npm', name: 'chrome-devtools-mcp', version: '1.11.0', args: ['--headless', '--isolated'] },
    calls: [
      ['list_pages', {}],
      ['list_network_requests', { pageId: 1 }],
    ],
  },
  {
    ...{ registry: 'npm', name: '@upstash/context7-mcp', version: '4.1.1' },
    calls: [
      ['resolve-library-id', { query: 'x', libraryName: 'react' }],
      ['resolve-library-id', { query: 'x', libraryName: 'vue' }],
    ],
  },
  {
    ...{ registry: 'npm', name: 'tavily-mcp', version: '0.2.22', env: { TAVILY_API_KEY: 'none' } },
    calls: [
      ['tavily_search', { query: 'x' }],
      ['tavily_search', { query: 'y' }],
    ],
  },
  {
    ...{ registry: 'npm', name: 'firecrawl-mcp', version: '3.26.0', env: { FIRECRAWL_API_KEY: 'none' } },
    calls: [
      ['firecrawl_scrape', { url: 'http://127.0.0.1:9' }],
      ['firecrawl_map', { url: 'http://127.0.0.1:9' }],
    ],
  },
  {
    ...{ registry: 'npm', name: '@notionhq/notion-mcp-server', version: '2.5.2', env: { NOTION_TOKEN: 'none' } },
    calls: [
      ['API-get-self', {}],
      ['API-get-users', {}],
    ],
  },
  {
    ...{ registry: 'npm', name: '@wonderwhy-er/desktop-commander', version: '0.2.52', files: note },
    calls: [
      ['get_config', {}],
      ['list_directory', { path: 'FOLDER' }],
    ],
  },
  {
    ...{ registry: 'npm', name: 'mongodb-mcp-server', version: '3.0.4' },
    calls: [
      ['list-databases', { connectionId: 'none' }],
      ['connect', { connectionString: 'mongodb://127.0.0.1:9/?serverSelectionTimeoutMS=500' }],
    ],
  },
  {
    ...{ registry: 'npm', name: '@negokaz/excel-mcp-server', version: '0.12.0' },
    calls: [
      ['excel_describe_sheets', { fileAbsolutePath: 'FOLDER/none.xlsx' }],
      ['excel_describe_sheets', { fileAbsolutePath: 'FOLDER/other.xlsx' }],
    ],
  },
  {
    ...{ registry: 'npm', name: '@azure/mcp', version: '2.0.5', command: 'azmcp', args: ['server', 'start'] },
    calls: [
      ['documentation', { intent: 'x' }],
      ['documentation', { intent: 'y' }],
    ],
  },
  {
    ...{ registry: 'pypi', name: 'mcp-server-git', version: '2026.10.19', args: ['--repository', 'FOLDER'] },
    ...{
      files: note,
      prepare: [
        ['git', 'init', '-q'],
        ['git', 'add', '.'],
      ],
    },
    calls: [
      ['git_status', { repo_path: 'FOLDER' }],
      ['git_diff_staged', { repo_path: 'FOLDER' }],
    ],
  },
  {
    ...{ registry: 'pypi', name: 'mcp-server-time', version: '2026.10.19' },
    calls: [
      ['get_current_time', { timezone: 'Europe/Berlin' }],
      ['convert_time', { source_timezone: 'UTC', time: '12:00', target_timezone: 'Asia/Tokyo' }],
    ],
  },
  {
    ...{ registry: 'pypi', name: 'mcp-server-fetch', version: '2026.10.24' },
    calls: [
      ['fetch', { url: 'http://127.0.0.1:9/' }],
      ['fetch', { url: 'http://127.0.0.1:9/a' }],
    ],
  },
  {
    ...{ registry: 'pypi', name: 'excel-mcp-server', version: '2.2.2', args: ['stdio'] },
    calls: [
      ['create_workbook', { path: 'FOLDER/a.xlsx', overwrite: true }],
      ['describe_workbook', { path: 'FOLDER/a.xlsx' }],
    ],
  },
  {
    ...{ registry: 'pypi', name: 'redis-mcp-server', version: '0.5.1', args: ['--url', 'redis://127.0.0.1:9/0'] },
    calls: [
      ['get', { key: 'a' }],
      ['dbsize', {}],
    ],
  },
  {
    ...{ registry: 'pypi', name: 'mcp-clickhouse', version: '0.7.0' },
    env: { CLICKHOUSE_HOST: '127.0.0.1', CLICKHOUSE_PORT: '9', CLICKHOUSE_USER: 'x', CLICKHOUSE_PASSWORD: 'x' },
    calls: [
      ['list_databases', {}],
      ['run_query', { query: 'select 1' }],
    ],
  },
  {
    ...{ registry: 'pypi', name: 'arxiv-mcp-server', version: '0.8.2', args: ['--storage-path', 'FOLDER'] },
    calls: [
      ['list_papers', {}],
      ['read_paper', { paper_id: '1706.03762' }],
    ],
  },
];
