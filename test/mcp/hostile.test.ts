// Owns claims about servers that misbehave: none hangs a run, takes another server's tools away, leaks a process or goes untold.

import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type {
  AgentDefinition,
  McpServerConfig,
  ProviderWarning,
  RunEvent,
  RunOptions,
  RunResult,
} from '../../src/index.ts';
import { defineAgent, defineTool, stream, VllmClient } from '../../src/index.ts';
import { createServer } from '../../src/mcp/server.ts';
import type { Step } from '../../src/testing/index.ts';
import { answer, startFakeVllm } from '../../src/testing/index.ts';
import { findUnpaired, findUnsendable } from '../support/run-helpers.ts';

const SERVER = fileURLToPath(new URL('hostile-server.mjs', import.meta.url));

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hostile-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

type Revision = '2025-11-25' | '2026-07-28';

/** Of the tests that are running: they run one after another. */
let revision: Revision = '2025-11-25';

/** What a server leaves behind for a test. */
const fileOf = (way: string): string => join(folder, `${way}-${revision}`);

function hostile(way: string, more: Partial<McpServerConfig> = {}): McpServerConfig {
  return {
    command: process.execPath,
    args: [SERVER, way, fileOf(way)],
    env: { HOSTILE_REVISION: revision },
    protocol: revision,
    ...more,
  } as McpServerConfig;
}

interface Faced {
  readonly result: RunResult;
  readonly events: readonly RunEvent[];
  /** What the model was told by each call, in order. */
  readonly told: readonly string[];
  /** Names of the tools that each request offered. */
  readonly offered: readonly (readonly string[])[];
  readonly codes: readonly string[];
}

/** A run with the hostile server, unless the agent has its own, and a good one, on these steps. */
async function face(
  way: string,
  steps: readonly Step[],
  options: RunOptions & { server?: Partial<McpServerConfig>; agent?: Partial<AgentDefinition> } = {},
): Promise<Faced> {
  const { server, agent: own, ...more } = options;
  // Room for 10 000 tools.
  await using vllm = await startFakeVllm({ models: [{ id: 'fake', maxModelLen: 100_000_000 }] });
  await using client = new VllmClient(vllm.baseUrl, { maxRetries: 0 });
  vllm.script(...steps);
  const agent = defineAgent({
    name: 'a',
    model: 'fake',
    mcpServers: { ...(own === undefined && { hostile: hostile(way, server) }), good: hostile('') },
    ...own,
  });
  const running = stream(agent, 'go', { client, ...more });
  const events: RunEvent[] = [];
  for await (const event of running) events.push(event);
  const result = await running.result;
  expect(findUnpaired(events)).toEqual([]);
  expect(findUnsendable(result.messages)).toEqual([]);
  return {
    result,
    events,
    told: result.messages.flatMap(({ role, content }) =>
      role === 'tool' && typeof content === 'string' ? [content] : [],
    ),
    offered: vllm
      .chatBodies()
      .map(({ tools }) => ((tools ?? []) as { function: { name: string } }[]).map((tool) => tool.function.name)),
    codes: result.warnings.map(({ code }) => code),
  };
}

const CALL = answer({ toolCalls: [{ name: 'hostile__good', arguments: {} }] });
/** The same call is not made twice in a row. */
const OTHER_CALL = answer({ toolCalls: [{ name: 'hostile__good', arguments: { other: true } }] });
const DONE = answer({ content: 'done' });
const GOOD = ['good__good', 'good__bad'];

describe.each<[Revision]>([['2025-11-25'], ['2026-07-28']])('in the revision %s', (tested) => {
  beforeAll(() => {
    revision = tested;
  });
  const isNewer = tested === '2026-07-28';

  describe('a server that does not come up', () => {
    test.each<[string, Partial<McpServerConfig>, RegExp]>([
      ['dies-at-start', {}, /` ended too early, with exit code 3:\ncannot find the database/],
      ['list-fails', {}, /could not be listed: no list today/],
      [
        '',
        { command: '/no/such/program' } as Partial<McpServerConfig>,
        /`\/no\/such\/program` did not start: there is no such command\.$/,
      ],
      [
        'wrong-version',
        {},
        isNewer
          ? /`[^`]+` is not usable: the server speaks 1999-01-01\.$/
          : /`[^`]+` is not usable: Server's protocol version is not supported: 1999-01-01/,
      ],
      [
        'no-info',
        {},
        isNewer
          ? /` is not usable: the server does not speak the revision 2026-07-28\.$/
          : /` answered in a form that is not of the protocol: `capabilities` /,
      ],
      [
        'pretty',
        {},
        /exit code 4:\nIt wrote to its output, which is for messages alone, each on one line:\n\{\n {2}"jsonrpc": "2.0",/,
      ],
      ['', { cwd: '/no/such/folder' } as Partial<McpServerConfig>, /there is no folder \/no\/such\/folder \(`cwd`\)/],
    ])('%s is told, and the run goes on with the others', async (way, server, reason) => {
      const { result, offered } = await face(way, [DONE], { server });
      expect(result.outcome).toEqual({ type: 'completed' });
      expect(result.warnings).toMatchObject([{ code: 'provider_failed', message: expect.stringMatching(reason) }]);
      expect(offered).toEqual([GOOD]);
    });

    test('and is required fails the run, with its reason', async () => {
      const { result } = await face('dies-at-start', [], { server: { required: true } });
      expect(result.outcome).toMatchObject({
        type: 'failed',
        error: { code: 'mcp_connect', message: expect.stringContaining('cannot find') },
      });
    });
  });

  describe('a list', () => {
    test('with noise around it is read', async () => {
      const { told } = await face('noise', [CALL, DONE]);
      expect(told).toEqual(['good done']);
    });

    test('after a byte order mark is read', async () => {
      expect((await face('bom', [CALL, DONE])).told).toEqual(['good done']);
    });

    test('with malformed tools loses them alone, each with a warning', async () => {
      const { offered, result, told } = await face('malformed', [CALL, DONE]);
      const names = offered[0]?.filter((name) => name.startsWith('hostile')) ?? [];
      expect(names).toEqual([
        'hostile__good',
        'hostile__no_schema',
        'hostile__null_description',
        'hostile__wrong_hints',
        'hostile__broken_output',
        expect.stringMatching(/^hostile__a_name_with_spaces_and__nicode_[0-9a-f]{6}$/),
        expect.stringMatching(/^hostile__x+_x+_[0-9a-f]{6}$/),
        'hostile__last',
      ]);
      expect(names.every((name) => name.length <= 64)).toBe(true);
      const dropped = result.warnings.filter(({ code }) => code === 'mcp_tool_dropped').map(({ message }) => message);
      expect(dropped).toHaveLength(5);
      expect(dropped.join('\n')).toMatch(
        /without a name[\s\S]*schema_is_text[\s\S]*remote_ref[\s\S]*array_root[\s\S]*good: it is listed twice/,
      );
      expect(told).toEqual(['good done']);
    });

    test('of 10 000 tools is read whole', async () => {
      const { offered } = await face('many', [DONE]);
      expect(offered[0]).toHaveLength(10_002);
    });

    test('of several pages is read to its end', async () => {
      const { offered } = await face('pages', [DONE]);
      expect(offered[0]).toEqual(['hostile__t0', 'hostile__t1', 'hostile__t2', 'hostile__t3', 'hostile__t4', ...GOOD]);
    });

    test('whose pages go round in a circle ends, with a warning', async () => {
      const { offered, codes } = await face('circle', [DONE]);
      expect([offered[0], codes]).toEqual([['hostile__one', 'hostile__two', ...GOOD], ['mcp_list_cut']]);
    });

    test('that changes in a call counts from the next turn on', async () => {
      const { offered } = await face('changes-list', [CALL, OTHER_CALL, DONE]);
      expect(offered).toEqual([
        ['hostile__good', 'hostile__bad', ...GOOD],
        ['hostile__good', 'hostile__new1', ...GOOD],
        ['hostile__good', 'hostile__new2', ...GOOD],
      ]);
    });

    test('in which a tool describes itself anew is told', async () => {
      const { codes } = await face('poisons', [CALL, DONE]);
      expect(codes).toEqual(['mcp_tool_changed']);
    });
  });

  describe('a call', () => {
    test('in which the server dies is an error for the model, and the others go on', async () => {
      const both = answer({
        toolCalls: [
          { name: 'hostile__good', arguments: {} },
          { name: 'good__good', arguments: {} },
        ],
      });
      const { told, codes } = await face('dies-in-call', [both, DONE]);
      expect(told).toEqual([
        'The connection to the server `hostile` was lost during the call: whether it took effect is not known.',
        'good done',
      ]);
      expect(codes).toContain('mcp_lost');
    });

    test('after a death finds the server started again', async () => {
      const { told } = await face('dies-once', [CALL, CALL, DONE]);
      expect(told).toEqual([expect.stringContaining('was lost'), 'call 1']);
    });

    test('after the server went between two calls finds it again', async () => {
      let noticeLoss: () => void = () => undefined;
      const lost = new Promise<void>((resolve) => {
        noticeLoss = resolve;
      });
      const waitForLoss = defineTool({
        name: 'wait_for_loss',
        description: 'Returns once the loss of the server was noticed.',
        parameters: z.object({}),
        execute: async () => {
          await lost;
          return 'lost';
        },
      });
      const surroundings = { env: {}, workspaceFolder: folder, version: '0' };
      const server = createServer('hostile', hostile('dies-between'), () => surroundings);
      const warn = ({ code }: ProviderWarning) => code === 'mcp_lost' && noticeLoss();
      const provider = await server.open({ signal: new AbortController().signal, warn });
      const wait = answer({ toolCalls: [{ name: 'wait_for_loss', arguments: {} }] });
      const agent = { tools: [waitForLoss], providers: [server] };
      const { told } = await face('', [CALL, wait, CALL, DONE], { agent });
      expect(told).toEqual(['bye', 'lost', 'bye']);
      await provider.close();
    });

    test('that never answers ends with the run', async () => {
      const controller = new AbortController();
      const onEvent = (event: RunEvent) => event.type === 'tool_start' && controller.abort();
      const { result } = await face('never-answers', [CALL], { signal: controller.signal, onEvent });
      expect(result.outcome).toEqual({ type: 'aborted' });
    });

    test.each([
      ['flood', ['after the flood']],
      ['asks-without-reading', ['after the questions']],
      [
        'many-parts',
        [expect.stringContaining('an answer that is of more than 250000 parts and was dropped: ask for less')],
      ],
      ['answers-twice', ['first']],
      ['other-id', ['for me']],
      [
        'unknown',
        [
          '(a part of the kind "hologram", which this client does not know: not shown)\nand text\n(a part that is not an object: not shown)',
        ],
      ],
      ['no-content', ['(no output)']],
      ['error', [expect.stringContaining('the disk is full')]],
      ['mismatch', [expect.stringMatching(/^kept/)]],
    ])('%s is answered', async (way, told) => {
      expect((await face(way, [CALL, DONE])).told).toEqual(told);
    });

    test('amid more questions than are answered has its answer, and they are told once', async () => {
      const { told, codes } = await face('asks-without-reading', [CALL, OTHER_CALL, DONE]);
      expect([told, codes]).toEqual([['after the questions', 'after the questions'], ['mcp_flood']]);
    });

    test('of a server that reads no more is made on a new one, which it had not reached', async () => {
      const { told } = await face('closes-input', [CALL, OTHER_CALL, DONE]);
      expect(told).toEqual(['no more', 'no more']);
    });

    test('of a server that closes its output is lost, and the server ended', async () => {
      const { told, codes } = await face('closes-output', [CALL, DONE]);
      expect([told, codes]).toEqual([[expect.stringContaining('was lost')], ['mcp_lost']]);
    });

    test('whose result breaks its own schema keeps it, with a warning', async () => {
      expect((await face('mismatch', [CALL, DONE])).codes).toEqual(['mcp_output_mismatch']);
    });

    test('with a result of 30 MB is cut to the head and the tail', async () => {
      const [told = ''] = (await face('huge', [CALL, DONE])).told;
      expect(told.length).toBeLessThan(41_000);
      expect(told).toContain('characters are left out here');
    });

    test('with a result beyond every limit is an error, and the connection goes on', async () => {
      const { told, codes } = await face('too-huge', [CALL, CALL, DONE]);
      expect(told).toEqual([expect.stringContaining('longer than'), expect.stringContaining('longer than')]);
      expect(codes).toEqual([]);
    });
  });

  describe('an end', () => {
    test('comes also to a server that heeds neither end of input nor SIGTERM', async () => {
      expect((await face('ignores-end', [CALL, DONE])).told).toEqual(['good done']);
    });

    test('comes to the children of a server too', async () => {
      await face('grandchild', [DONE]);
      const pid = Number(await readFile(fileOf('grandchild'), 'utf8'));
      await expect.poll(() => isAlive(pid), { timeout: 60_000 }).toBe(false);
    });
  });

  test.runIf(process.platform === 'linux')('an end comes to the daemons of a server, too', async () => {
    await face('daemon', [DONE]);
    const pid = Number(await readFile(fileOf('daemon'), 'utf8'));
    await expect.poll(() => isAlive(pid), { timeout: 60_000 }).toBe(false);
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    // Nobody of that number.
    return false;
  }
  // A process that has ended and is not yet collected still has its number.
  return !existsSync(`/proc/${pid}/stat`) || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
}
