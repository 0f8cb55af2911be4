// Owns the tasks: a question, and what must be true of the answer and of the world when the run ends. The world is in `world.ts`.

import { z } from 'zod';
import type { World } from './world.ts';

export type TaskKind = 'single' | 'parallel' | 'chain' | 'recovery' | 'no tool' | 'nested' | 'typed';

export interface Ended {
  readonly text: string;
  /** The structured output of a typed task; undefined where none came. */
  readonly output: unknown;
  readonly world: World;
}

export interface Task {
  readonly name: string;
  readonly kind: TaskKind;
  readonly question: string;
  readonly output?: z.ZodObject;
  readonly isWon: (ended: Ended) => boolean;
  /** Not looked at while the runtime is worked on: half of the tasks. */
  readonly isHeldBack?: boolean;
  /** One of the six that are quick enough to run before a commit. */
  readonly isShort?: boolean;
}

/** Whether the text has each of these as a number or word of its own. */
function says(text: string, ...parts: readonly string[]): boolean {
  const plain = text.toLowerCase().replaceAll(/(\d),(?=\d{3}\b)/g, '$1');
  return parts.every((part) => new RegExp(`(?<![\\w.])${escaped(part.toLowerCase())}(?!\\w|\\.\\d)`).test(plain));
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

const ranOnly = (world: World, ...tools: readonly string[]): boolean => world.ran.every((name) => tools.includes(name));
const ran = (world: World, tool: string): boolean => world.ran.includes(tool);

export const TASKS: readonly Task[] = [
  // One call is enough.
  {
    name: 'oslo',
    kind: 'single',
    isShort: true,
    question: 'How many degrees is it in Oslo right now?',
    isWon: ({ text, world }) => ran(world, 'get_weather') && says(text, '4'),
  },
  {
    name: 'product',
    kind: 'single',
    question: 'What is 347 times 29?',
    isWon: ({ text, world }) => ran(world, 'calculate') && says(text, '10063'),
  },
  {
    name: 'ferry',
    kind: 'single',
    isShort: true,
    question: 'Read notes/harbour.txt and tell me when the ferry leaves.',
    isWon: ({ text }) => says(text, '07:40') || says(text, '7:40'),
  },
  {
    name: 'lamp',
    kind: 'single',
    isHeldBack: true,
    question: 'How much does the reading lamp cost in the shop?',
    isWon: ({ text }) => /\b19\.50?\b/.test(text),
  },
  {
    name: 'address',
    kind: 'single',
    isHeldBack: true,
    question: "What is Bruno Costa's e-mail address?",
    isWon: ({ text }) => text.includes('bruno.costa@mail.example'),
  },
  {
    name: 'weight',
    kind: 'single',
    isHeldBack: true,
    question: 'Convert 12 kg to pounds.',
    isWon: ({ text, world }) => ran(world, 'convert') && /\b26\.4(55|6|5)?\b/.test(text),
  },
  // Several calls that do not need each other.
  {
    name: 'two cities',
    kind: 'parallel',
    isShort: true,
    question: 'What are the temperatures in Paris and in Cairo?',
    isWon: ({ text }) => says(text, '18', '35'),
  },
  {
    name: 'three cities',
    kind: 'parallel',
    question: 'List the temperatures of Rome, Tokyo and Lima.',
    isWon: ({ text }) => says(text, '27', '22', '16'),
  },
  {
    name: 'months',
    kind: 'parallel',
    isHeldBack: true,
    question: 'How many units were sold in March and in April? The files are reports/march.txt and reports/april.txt.',
    isWon: ({ text }) => says(text, '412', '388'),
  },
  {
    name: 'stock',
    kind: 'parallel',
    isHeldBack: true,
    question: 'How many pieces of the oak desk and how many of the garden hose are in stock?',
    isWon: ({ text }) => says(text, '3', '40'),
  },
  {
    name: 'addresses',
    kind: 'parallel',
    isHeldBack: true,
    question: 'Give me the e-mail addresses of Nora Lind and of Yuki Mori.',
    isWon: ({ text }) => text.includes('nora@lind.example') && text.includes('yuki@mori.example'),
  },
  // A call needs the result of another one.
  {
    name: 'home weather',
    kind: 'chain',
    question: 'Find out in which city Nora Lind lives, and tell me the temperature there.',
    isWon: ({ text, world }) => ran(world, 'find_contact') && ran(world, 'get_weather') && says(text, '4'),
  },
  {
    name: 'warmer',
    kind: 'chain',
    question: 'By how many degrees is it warmer in Cairo than in Oslo?',
    isWon: ({ text, world }) => ran(world, 'get_weather') && says(text, '31'),
  },
  {
    name: 'chairs',
    kind: 'chain',
    isHeldBack: true,
    question: 'Look up the price of the desk chair. What do 4 of them cost together?',
    isWon: ({ text, world }) => ran(world, 'search_products') && says(text, '480'),
  },
  {
    name: 'note to yuki',
    kind: 'chain',
    isHeldBack: true,
    question: 'Send Yuki Mori the message "The meeting is at ten".',
    isWon: ({ world }) =>
      world.messages.length === 1 &&
      world.messages[0]?.to === 'yuki@mori.example' &&
      world.messages[0].text.includes('meeting is at ten'),
  },
  {
    name: 'workers',
    kind: 'chain',
    question: 'Read config/server.json, then calculate how many workers 15 such servers have in total.',
    isWon: ({ text, world }) => ran(world, 'read_file') && says(text, '90'),
  },
  // A tool refuses, and says what to do.
  {
    name: 'wrong path',
    kind: 'recovery',
    isShort: true,
    question: 'How much water does the garden need a day? It is in garden.txt.',
    isWon: ({ text }) => says(text, '14') || text.includes('14 l'),
  },
  {
    name: 'wrong sku',
    kind: 'recovery',
    question: 'Order one p105 for Ada Park.',
    isWon: ({ world }) =>
      world.orders.length === 1 &&
      world.orders[0]?.items[0]?.sku === 'P-105' &&
      world.orders[0].items[0].quantity === 1,
  },
  {
    name: 'no stock',
    kind: 'recovery',
    isHeldBack: true,
    question: 'Order 2 kettles (P-210) for Tom Reed.',
    isWon: ({ text, world }) =>
      world.orders.length === 0 && ran(world, 'create_order') && /stock|available|unavailable/i.test(text),
  },
  {
    name: 'percent',
    kind: 'recovery',
    isHeldBack: true,
    question: 'Calculate 15% of 640.',
    isWon: ({ text }) => says(text, '96'),
  },
  // Nothing is to be called.
  {
    name: 'capital',
    kind: 'no tool',
    isShort: true,
    question: 'What is the capital of Italy?',
    isWon: ({ text, world }) => world.ran.length === 0 && says(text, 'Rome'),
  },
  {
    name: 'thanks',
    kind: 'no tool',
    question: 'Thank you, that was all for today!',
    isWon: ({ text, world }) => world.ran.length === 0 && text.trim() !== '' && !text.trimStart().startsWith('{'),
  },
  {
    name: 'rhyme',
    kind: 'no tool',
    isHeldBack: true,
    question: 'Name an English word that rhymes with "cat".',
    isWon: ({ text, world }) =>
      world.ran.length === 0 && /\b(bat|hat|mat|rat|sat|fat|pat|that|flat|chat|vat)\b/i.test(text),
  },
  // Arguments within arguments.
  {
    name: 'order',
    kind: 'nested',
    isShort: true,
    question: 'Order 2 of P-105 and 1 of P-330 for Mia Hart.',
    isWon: ({ world }) => isOrder(world, 'Mia Hart', { 'P-105': 2, 'P-330': 1 }),
  },
  {
    name: 'express',
    kind: 'nested',
    question: 'Order 5 garden hoses (P-520) for Leo Brandt, by express.',
    isWon: ({ world }) => isOrder(world, 'Leo Brandt', { 'P-520': 5 }) && world.orders[0]?.express === true,
  },
  {
    name: 'three items',
    kind: 'nested',
    isHeldBack: true,
    question: 'Please order for Eva Stone: 1 P-415, 3 P-105 and 2 P-520.',
    isWon: ({ world }) => isOrder(world, 'Eva Stone', { 'P-415': 1, 'P-105': 3, 'P-520': 2 }),
  },
  {
    name: 'order total',
    kind: 'nested',
    isHeldBack: true,
    question: 'Order 2 of P-415 for Jon Falk and tell me the total.',
    isWon: ({ text, world }) => isOrder(world, 'Jon Falk', { 'P-415': 2 }) && says(text, '240'),
  },
  // The answer has a schema.
  {
    name: 'typed weather',
    kind: 'typed',
    question: 'What is the temperature in Tokyo?',
    output: z.object({ city: z.string(), celsius: z.number() }),
    isWon: ({ output, world }) =>
      ran(world, 'get_weather') && isRecord(output) && output.city === 'Tokyo' && output.celsius === 22,
  },
  {
    name: 'typed contact',
    kind: 'typed',
    isHeldBack: true,
    question: 'Look up the contact Bruno Costa.',
    output: z.object({ email: z.string(), city: z.string() }),
    isWon: ({ output }) => isRecord(output) && output.email === 'bruno.costa@mail.example' && output.city === 'Lima',
  },
  {
    name: 'typed product',
    kind: 'typed',
    isHeldBack: true,
    question: 'Find the oak desk in the shop.',
    output: z.object({ sku: z.string(), price: z.number() }),
    isWon: ({ output, world }) =>
      ranOnly(world, 'search_products') && isRecord(output) && output.sku === 'P-330' && output.price === 210,
  },
];

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** Whether exactly this was ordered, once. */
function isOrder({ orders }: World, customer: string, items: Readonly<Record<string, number>>): boolean {
  const [order] = orders;
  if (order === undefined || orders.length > 1 || order.customer !== customer) return false;
  const got = Object.fromEntries(order.items.map(({ sku, quantity }) => [sku, quantity]));
  return JSON.stringify(Object.entries(got).sort()) === JSON.stringify(Object.entries(items).sort());
}
