// Owns one start of a program: from nothing to its first request on the wire, which whoever started it sees.

const [, , who = '', baseUrl = ''] = process.argv;
const openai: string = 'openai';

switch (who) {
  case 'floor': {
    const { request } = await import('undici');
    await request(`${baseUrl}/chat/completions`, { method: 'POST', body: '{}' });
    break;
  }
  case 'vllm-agents': {
    const { defineAgent, run, VllmClient } = await import('../../src/index.ts');
    const agent = defineAgent({ name: 'bench', model: 'qwen3' });
    await run(agent, 'go', { client: new VllmClient(baseUrl) });
    break;
  }
  case 'openai': {
    const { default: OpenAI } = await import(openai);
    const client = new OpenAI({ baseURL: baseUrl, apiKey: 'x' });
    await client.chat.completions.create({ model: 'bench', messages: [{ role: 'user', content: 'go' }] });
    break;
  }
  default:
    throw new Error(`There is no ${who}.`);
}
process.exit(0);
