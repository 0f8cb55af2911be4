// Owns two tools over a server's resources, with which a model can list and read them by itself.

import { isObject } from '../core/json.ts';
import { contentParts } from '../tool/content-parts.ts';
import { defineTool } from '../tool/define-tool.ts';
import type { Tool } from '../tool/tool.ts';
import { ToolRetry } from '../tool/tool.ts';
import { readResource } from './call-result.ts';
import type { McpConnection } from './connection.ts';
import { reason } from './loss.ts';
import { createImageReader } from './result-image.ts';
import { exposedName } from './tool-names.ts';

const MAX_LISTED = 200;

/** `list_resources` and `read_resource` of a server. */
export function createResourceTools(
  server: string,
  connected: (signal: AbortSignal) => Promise<McpConnection>,
): readonly Tool[] {
  const list = defineTool({
    name: exposedName(server, 'list_resources'),
    description: `Lists the resources of the server ${server}: their URIs, to read with read_resource.`,
    parameters: { type: 'object', properties: {}, additionalProperties: false },
    execute: async (_args, { signal }) => {
      const connection = await connected(signal);
      const resources = await connection.listResources(signal);
      const templates = await connection.listResourceTemplates(signal).catch(() => []);
      const lines = [...resources, ...templates].map(
        ({ uri, uriTemplate, name, description }) =>
          `${String(uri ?? uriTemplate)}  ${String(description ?? name ?? '')}`,
      );
      const left = lines.length - MAX_LISTED;
      return [...lines.slice(0, MAX_LISTED), ...(left > 0 ? [`(${left} more)`] : [])].join('\n');
    },
  });
  const read = defineTool({
    name: exposedName(server, 'read_resource'),
    description: `Reads a resource of the server ${server}.`,
    parameters: {
      type: 'object',
      properties: { uri: { type: 'string', description: 'A URI from list_resources' } },
      required: ['uri'],
      additionalProperties: false,
    },
    execute: async ({ uri }, { signal }) => {
      const connection = await connected(signal);
      try {
        const contents = await connection.readResource(String(uri), signal);
        const readImage = createImageReader();
        return contentParts(contents.filter(isObject).map((resource) => readResource(resource, readImage)));
      } catch (error) {
        throw new ToolRetry(`${String(uri)} cannot be read: ${reason(error)}`);
      }
    },
  });
  return [list, read];
}
