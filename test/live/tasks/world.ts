// Owns the small world of the task suite: what its tools know and what they change. Every task gets a new one, so that what a run did
// can be checked. Which tasks there are is left to `tasks.ts`, how a runtime offers the tools to `runtimes.ts`.

import { z } from 'zod';

export interface Order {
  readonly customer: string;
  readonly items: readonly { readonly sku: string; readonly quantity: number }[];
  readonly express: boolean;
}

export interface World {
  readonly orders: Order[];
  readonly messages: { readonly to: string; readonly text: string }[];
  /** The name of each tool that ran, in order. */
  readonly ran: string[];
}

export const newWorld = (): World => ({ orders: [], messages: [], ran: [] });

export interface WorldTool {
  readonly name: string;
  readonly description: string;
  readonly parameters: z.ZodObject;
  /** Throws an Error whose message the model is to read. */
  readonly run: (world: World, args: never) => unknown;
}

function tool<Shape extends z.ZodObject>(
  name: string,
  description: string,
  parameters: Shape,
  run: (world: World, args: z.infer<Shape>) => unknown,
): WorldTool {
  return { name, description, parameters, run };
}

const CELSIUS: Readonly<Record<string, number>> = { paris: 18, rome: 27, oslo: 4, tokyo: 22, cairo: 35, lima: 16 };

const PRODUCTS = [
  { sku: 'P-105', name: 'reading lamp', price: 19.5, stock: 7 },
  { sku: 'P-210', name: 'kettle', price: 34, stock: 0 },
  { sku: 'P-330', name: 'oak desk', price: 210, stock: 3 },
  { sku: 'P-415', name: 'desk chair', price: 120, stock: 12 },
  { sku: 'P-520', name: 'garden hose', price: 26, stock: 40 },
];

const FILES: Readonly<Record<string, string>> = {
  'notes/harbour.txt': 'The ferry to the island leaves at 07:40 from pier 6. The harbour master is Ines Duarte.',
  'notes/garden.txt': 'Plant the beans in row 3. The watering needs 14 litres a day.',
  'config/server.json': '{"port": 7319, "host": "10.2.0.8", "workers": 6}',
  'reports/march.txt': 'Sales in March: 412 units. Returns: 9 units.',
  'reports/april.txt': 'Sales in April: 388 units. Returns: 15 units.',
};

const CONTACTS: Readonly<Record<string, { readonly email: string; readonly city: string }>> = {
  'nora lind': { email: 'nora@lind.example', city: 'Oslo' },
  'bruno costa': { email: 'bruno.costa@mail.example', city: 'Lima' },
  'yuki mori': { email: 'yuki@mori.example', city: 'Tokyo' },
};

const FACTORS: Readonly<Record<string, number>> = {
  'km>miles': 0.621371,
  'miles>km': 1.609344,
  'kg>pounds': 2.204623,
  'pounds>kg': 0.453592,
  'litres>gallons': 0.264172,
  'gallons>litres': 3.785412,
};

function find<Value>(known: Readonly<Record<string, Value>>, key: string, what: string): Value {
  const value = Object.hasOwn(known, key) ? known[key] : undefined;
  if (value === undefined)
    throw new Error(`There is no ${what} "${key}". There are: ${Object.keys(known).join(', ')}.`);
  return value;
}

function productOf(sku: string): (typeof PRODUCTS)[number] {
  const found = PRODUCTS.find((product) => product.sku === sku);
  if (found === undefined) throw new Error(`"${sku}" is no SKU. A SKU looks like P-105; search_products finds it.`);
  return found;
}

/** Numbers, the four operations and brackets: enough, and nothing else runs. */
function calculated(expression: string): number {
  if (!/^[\d\s.+\-*/()]{1,80}$/.test(expression))
    throw new Error(`"${expression}" is no arithmetic. Write numbers with + - * / ( ) only, such as 3 * (4 + 5).`);
  return Number(new Function(`return (${expression})`)());
}

export const TOOLS: readonly WorldTool[] = [
  tool(
    'get_weather',
    'Gives the temperature of a city now, in degrees Celsius.',
    z.object({ city: z.string() }),
    (_world, { city }) => ({ city, celsius: find(CELSIUS, city.toLowerCase(), 'city') }),
  ),
  tool(
    'calculate',
    'Evaluates an arithmetic expression.',
    z.object({ expression: z.string().describe('such as 12 * (3 + 4)') }),
    (_world, { expression }) => ({ result: calculated(expression) }),
  ),
  tool(
    'convert',
    'Converts a value from one unit into another.',
    z.object({
      value: z.number(),
      from: z.enum(['km', 'miles', 'kg', 'pounds', 'litres', 'gallons']),
      to: z.enum(['km', 'miles', 'kg', 'pounds', 'litres', 'gallons']),
    }),
    (_world, { value, from, to }) => ({ result: +(value * find(FACTORS, `${from}>${to}`, 'conversion')).toFixed(3) }),
  ),
  tool(
    'search_products',
    'Finds products of the shop by words in their name. Gives SKU, price and stock.',
    z.object({ query: z.string() }),
    (_world, { query }) => {
      const words = query.toLowerCase().split(/\s+/);
      return PRODUCTS.filter(({ name }) => words.some((word) => name.includes(word)));
    },
  ),
  tool(
    'create_order',
    'Orders products for a customer. An order cannot be undone.',
    z.object({
      customer: z.string(),
      items: z.array(z.object({ sku: z.string(), quantity: z.number().int().min(1) })).min(1),
      express: z.boolean().default(false),
    }),
    (world, { customer, items, express }) => {
      let total = 0;
      for (const { sku, quantity } of items) {
        const { price, stock, name } = productOf(sku);
        if (stock < quantity) throw new Error(`Only ${stock} of ${sku} (${name}) are in stock.`);
        total += price * quantity;
      }
      world.orders.push({ customer, items, express });
      return { orderNumber: 7000 + world.orders.length, total };
    },
  ),
  tool(
    'read_file',
    'Reads a text file. Folders: notes, config, reports.',
    z.object({ path: z.string().describe('such as notes/today.txt') }),
    (_world, { path }) => find(FILES, path.replace(/^\.?\//, ''), 'file'),
  ),
  tool(
    'find_contact',
    'Finds the e-mail address and the city of a person by the full name.',
    z.object({ name: z.string() }),
    (_world, { name }) => find(CONTACTS, name.toLowerCase(), 'contact'),
  ),
  tool(
    'send_message',
    'Sends a message to an e-mail address.',
    z.object({ to: z.string(), text: z.string() }),
    (world, { to, text }) => {
      if (!/^\S+@\S+\.\S+$/.test(to))
        throw new Error(`"${to}" is no e-mail address. find_contact gives a person's address.`);
      world.messages.push({ to, text });
      return 'sent';
    },
  ),
];
