// Owns claims about the weather tool, with a weather service of its own.

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { run, VllmClient } from '../../src/index.ts';
import { answer, startFakeVllm } from '../../src/testing/index.ts';
import { createWeatherTool } from '../../tools/weather.ts';
import { weatherAgent } from '../support/run-helpers.ts';

interface Service extends AsyncDisposable {
  readonly url: string;
  readonly asked: string[];
}

async function startService(answers: (path: string) => unknown): Promise<Service> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    const body = answers(request.url ?? '');
    response.writeHead(body === undefined ? 500 : 200).end(JSON.stringify(body ?? {}));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const stop = async (): Promise<void> => {
    server.closeAllConnections();
    server.close();
  };
  return { url, asked, [Symbol.asyncDispose]: stop };
}

const now = (): Date => new Date('2026-07-15T00:00:00Z');

/** What the tool answers a call with these arguments, through a whole run. */
async function resultOf(args: object, url: string, networkLimitMs = 600_000): Promise<unknown> {
  await using vllm = await startFakeVllm();
  await using client = new VllmClient(vllm.baseUrl);
  vllm.script(answer({ toolCalls: [{ name: 'get_weather', arguments: args }] }), answer({ content: 'done' }));
  const tools = [
    createWeatherTool({ geocodingUrl: `${url}/geo`, forecastUrl: `${url}/forecast`, now, networkLimitMs }),
  ];
  const { messages } = await run(weatherAgent({ tools }), 'x', { client });
  const result = messages.find((message) => message.role === 'tool')?.content;
  return typeof result === 'string' && result.startsWith('{') ? JSON.parse(result) : result;
}

describe('get_weather', () => {
  test('asks for the place, then for its weather', async () => {
    const place = { name: 'Paris', country: 'France', latitude: 48.8, longitude: 2.3 };
    const current = { temperature_2m: 71.5, wind_speed_10m: 8, weather_code: 62 };
    await using service = await startService((path) => (path.startsWith('/geo') ? { results: [place] } : { current }));
    expect(await resultOf({ city: 'paris', unit: 'fahrenheit' }, service.url)).toEqual({
      city: 'Paris',
      country: 'France',
      temperature: 71.5,
      unit: 'fahrenheit',
      windKmPerHour: 8,
      sky: 'rain',
      source: 'Open-Meteo, live',
    });
    expect(service.asked).toEqual([
      '/geo?name=paris&count=1',
      '/forecast?latitude=48.8&longitude=2.3&current=temperature_2m%2Cwind_speed_10m%2Cweather_code&temperature_unit=fahrenheit',
    ]);
  });

  test('tells the model of a city that there is not', async () => {
    await using service = await startService(() => ({}));
    expect(await resultOf({ city: 'Atlantis' }, service.url)).toBe(
      'There is no city called Atlantis: try its English name, without country.',
    );
  });

  test('answers from the table, and says so, when the service cannot be reached or fails', async () => {
    const usual = {
      city: 'Tokyo',
      temperature: 26,
      unit: 'celsius',
      source: 'climate normals for July, not live: the weather service cannot be reached',
    };
    expect(await resultOf({ city: 'Tokyo' }, 'http://127.0.0.1:9')).toEqual(usual);
    await using service = await startService(() => undefined);
    expect(await resultOf({ city: 'Tokyo' }, service.url)).toEqual(usual);
    expect(await resultOf({ city: 'Tokyo', unit: 'fahrenheit' }, service.url)).toEqual({
      ...usual,
      temperature: 79,
      unit: 'fahrenheit',
    });
  });

  test('answers from the table when the service does not answer in time', async () => {
    const server = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    expect(await resultOf({ city: 'Tokyo' }, `http://127.0.0.1:${port}`, 1)).toEqual({
      city: 'Tokyo',
      temperature: 26,
      unit: 'celsius',
      source: 'climate normals for July, not live: the weather service cannot be reached',
    });
    server.closeAllConnections();
    server.close();
  });

  test('never guesses a city that is not in the table', async () => {
    expect(await resultOf({ city: 'Smallville' }, 'http://127.0.0.1:9')).toBe(
      'Error: The weather service cannot be reached, and Smallville is not in the table of climate normals.',
    );
  });
});
