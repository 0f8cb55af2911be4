// Owns what the user is asked for to fill in a server's configuration: each value once, whenever the server starts. Where they stand is left
// to `expand.ts`.

import type { ProviderContext } from '../tool/tool-provider.ts';
import type { ConnectLimit } from './connect-limit.ts';
import { untilAborted } from './connect-limit.ts';
import { inputNames } from './expand.ts';
import type { McpServerConfig } from './server-config.ts';

export class AskedInputs {
  readonly #server: string;
  readonly #config: McpServerConfig;
  readonly #given = new Map<string, string>();

  constructor(server: string, config: McpServerConfig) {
    this.#server = server;
    this.#config = config;
  }

  /** The values by name. Some are missing when nobody can be asked, or when the user gives none. */
  async ask(askUser: ProviderContext['askUser'], limit: ConnectLimit): Promise<ReadonlyMap<string, string>> {
    const names = inputNames(this.#config).filter((name) => !this.#given.has(name));
    if (names.length === 0 || askUser === undefined) return this.#given;
    const { inputs: described = {} } = this.#config;
    const fields = names.map((name) => [name, { type: 'string', description: described[name] ?? name }]);
    const request = {
      provider: this.#server,
      message: 'Values that its configuration leaves to you:',
      form: { type: 'object', properties: Object.fromEntries(fields), required: names },
    };
    const answer = await limit.pause(() => untilAborted(askUser(request, limit.signal), limit.signal));
    const content = answer.action === 'accept' ? (answer.content ?? {}) : {};
    for (const name of names) {
      const value = content[name];
      if (typeof value === 'string') this.#given.set(name, value);
    }
    return this.#given;
  }
}
