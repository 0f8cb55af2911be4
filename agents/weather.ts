// Owns an agent that answers questions about the weather: npx tsx agents/weather.ts "Is it warmer in Tokyo or in Paris?"

import { defineAgent, runMain } from '../src/index.ts';
import { getWeather } from '../tools/weather.ts';

export const weather = defineAgent({
  name: 'weather',
  description: 'Answers questions about the weather.',
  instructions: 'Answer questions about the weather. Look every place up; never guess.',
  tools: [getWeather],
});

runMain(import.meta, weather);
