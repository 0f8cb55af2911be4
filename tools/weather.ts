// Owns the weather of a city: live from Open-Meteo, or the usual weather from a table where there is no network.

import { request } from 'undici';
import { z } from 'zod';
import type { Tool } from '../src/index.ts';
import { defineTool, ToolRetry } from '../src/index.ts';
import { monthlyMean } from './climate-normals.ts';

export interface WeatherSources {
  readonly geocodingUrl: string;
  readonly forecastUrl: string;
  /** For the month that the table is asked for. */
  readonly now: () => Date;
  /** Milliseconds until the table answers instead. */
  readonly networkLimitMs: number;
}

const OPEN_METEO: WeatherSources = {
  geocodingUrl: 'https://geocoding-api.open-meteo.com/v1/search',
  forecastUrl: 'https://api.open-meteo.com/v1/forecast',
  now: () => new Date(),
  networkLimitMs: 4000,
};

const PARAMETERS = z.object({
  city: z.string().min(1).describe('The name of one city, such as Paris'),
  unit: z.enum(['celsius', 'fahrenheit']).optional().describe('Default celsius'),
});

/** Makes the tool; tests give it servers of their own. */
export function createWeatherTool(sources: WeatherSources = OPEN_METEO): Tool {
  return defineTool({
    name: 'get_weather',
    description: 'The weather of one city now: temperature, wind, sky.',
    parameters: PARAMETERS,
    execute: async ({ city, unit = 'celsius' }, { signal }) => {
      try {
        return await liveWeather(city, unit, {
          sources,
          signal: AbortSignal.any([signal, AbortSignal.timeout(sources.networkLimitMs)]),
        });
      } catch (error) {
        if (error instanceof ToolRetry || signal.aborted) throw error;
        return usualWeather(city, unit, sources.now());
      }
    },
  });
}

export const getWeather = createWeatherTool();

type Unit = 'celsius' | 'fahrenheit';

interface Asking {
  readonly sources: WeatherSources;
  readonly signal: AbortSignal;
}

const PLACES = z.object({
  results: z
    .array(z.object({ name: z.string(), country: z.string().optional(), latitude: z.number(), longitude: z.number() }))
    .optional(),
});

const FORECAST = z.object({
  current: z.object({ temperature_2m: z.number(), wind_speed_10m: z.number(), weather_code: z.number() }),
});

async function liveWeather(city: string, unit: Unit, asking: Asking): Promise<object> {
  const { geocodingUrl, forecastUrl } = asking.sources;
  const { results = [] } = await getJson(geocodingUrl, { name: city, count: '1' }, PLACES, asking.signal);
  const [place] = results;
  if (place === undefined)
    throw new ToolRetry(`There is no city called ${city}: try its English name, without country.`);
  const query = {
    latitude: String(place.latitude),
    longitude: String(place.longitude),
    current: 'temperature_2m,wind_speed_10m,weather_code',
    temperature_unit: unit,
  };
  const { current } = await getJson(forecastUrl, query, FORECAST, asking.signal);
  return {
    city: place.name,
    ...(place.country !== undefined && { country: place.country }),
    temperature: current.temperature_2m,
    unit,
    windKmPerHour: current.wind_speed_10m,
    sky: skyOf(current.weather_code),
    source: 'Open-Meteo, live',
  };
}

async function getJson<T>(
  url: string,
  query: Record<string, string>,
  shape: z.ZodType<T>,
  signal: AbortSignal,
): Promise<T> {
  const { statusCode, body } = await request(url, { query, signal });
  const text = await body.text();
  if (statusCode !== 200) throw new Error(`${url} answered ${statusCode}`);
  return shape.parse(JSON.parse(text));
}

/** Groups of the WMO's weather codes, by their first code. */
const SKIES: readonly (readonly [number, string])[] = [
  [0, 'clear'],
  [1, 'partly cloudy'],
  [3, 'overcast'],
  [45, 'fog'],
  [51, 'drizzle'],
  [61, 'rain'],
  [71, 'snow'],
  [80, 'showers'],
  [95, 'thunderstorm'],
];

function skyOf(code: number): string {
  return SKIES.findLast(([first]) => code >= first)?.[1] ?? 'unknown';
}

function usualWeather(city: string, unit: Unit, now: Date): object {
  const mean = monthlyMean(city, now.getUTCMonth());
  if (mean === undefined) {
    throw new Error(`The weather service cannot be reached, and ${city} is not in the table of climate normals.`);
  }
  const temperature = unit === 'celsius' ? mean : Math.round(mean * 1.8 + 32);
  const month = now.toLocaleString('en', { month: 'long', timeZone: 'UTC' });
  return {
    city,
    temperature,
    unit,
    source: `climate normals for ${month}, not live: the weather service cannot be reached`,
  };
}
