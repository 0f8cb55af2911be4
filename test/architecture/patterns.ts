// Owns finding the regular expressions of a source file, and what makes one slow: repetition that is nested or ambiguous, and repetition
// that is begun again at places that it has run over already.

import { RegExpParser, visitRegExpAST } from '@eslint-community/regexpp';
import type { Element, Node, Quantifier } from '@eslint-community/regexpp/ast';
import type { Expression } from 'oxc-parser';
import { parseSync, Visitor } from 'oxc-parser';
import { getConsumedChars, isPotentiallyEmpty, isZeroLength } from 'regexp-ast-analysis';
import { analyse } from 'scslre';
import type { SourceFile } from './source.ts';

export interface Pattern {
  readonly path: string;
  readonly source: string;
  readonly flags: string;
}

/** Literals, and `RegExp` called with something else: the source is then `computed`. */
export function patternsOf({ path, text }: SourceFile): Pattern[] {
  const { program, errors } = parseSync(path, text);
  if (errors[0] !== undefined) throw new Error(`${path} does not parse: ${errors[0].message}`);
  const found: Pattern[] = [];
  const computed = (callee: Expression): void => {
    if (callee.type === 'Identifier' && callee.name === 'RegExp') found.push({ path, source: 'computed', flags: '' });
  };
  new Visitor({
    Literal: (node) => {
      if ('regex' in node) found.push({ path, source: node.regex.pattern, flags: node.regex.flags });
    },
    NewExpression: ({ callee }) => computed(callee),
    CallExpression: ({ callee }) => computed(callee),
  }).visit(program);
  return found;
}

export type Slowness = 'computed' | 'nested' | 'ambiguous' | 'restarted';

/** Undefined: the time is linear in the text. */
export function slownessOf({ source, flags }: Pattern): Slowness | undefined {
  if (source === 'computed') return 'computed';
  const { reports } = analyse({ source, flags });
  if (reports.some(({ type }) => type === 'Self')) return 'nested';
  if (reports.some(({ type }) => type === 'Trade')) return 'ambiguous';
  if (reports.some(({ type }) => type === 'Move')) return 'restarted';
  return isRestarted(source, flags) ? 'restarted' : undefined;
}

/**
 * A search begins again behind the place where it failed. That is quadratic if a repetition runs over places where it begins: if the run
 * may hold all that must precede it.
 */
function isRestarted(source: string, flags: string): boolean {
  const pattern = new RegExpParser().parsePattern(source, 0, source.length, {
    unicode: flags.includes('u'),
    unicodeSets: flags.includes('v'),
  });
  const parsedFlags = new RegExpParser().parseFlags(flags);
  if (flags.includes('y')) return false;
  let found = false;
  visitRegExpAST(pattern, {
    onQuantifierEnter(run) {
      if (run.max !== Number.POSITIVE_INFINITY || outside(run).some(({ type }) => type === 'Assertion')) return;
      const { before, after } = around(run);
      // Nothing can fail behind it.
      if (after.every((element) => isPotentiallyEmpty(element, parsedFlags) && !holdsAssertion(element))) return;
      const isAnchored = before.some(({ type, raw }) => type === 'Assertion' && raw === '^' && !flags.includes('m'));
      const chars = getConsumedChars(run.element, parsedFlags).chars;
      const stops = before.some((element) => required(element).some((one) => isDisjoint(one)));
      if (!isAnchored && !stops) found = true;

      function isDisjoint(element: Element): boolean {
        return getConsumedChars(element, parsedFlags).chars.isDisjointWith(chars);
      }
    },
  });
  return found;

  /** What must be matched for the element to match, in its smallest parts. */
  function required(element: Element): Element[] {
    if (isZeroLength(element, parsedFlags) || isPotentiallyEmpty(element, parsedFlags)) return [];
    if (element.type === 'Quantifier') return required(element.element);
    if (element.type !== 'Group' && element.type !== 'CapturingGroup') return [element];
    const [only, ...more] = element.alternatives;
    return only === undefined || more.length > 0 ? [element] : only.elements.flatMap(required);
  }
}

/** All that precedes the repetition, and all that follows it, up to the whole pattern. */
function around(run: Quantifier): { readonly before: Element[]; readonly after: Element[] } {
  const before: Element[] = [];
  const after: Element[] = [];
  let inner: Node = run;
  for (const outer of outside(run)) {
    if (outer.type === 'Alternative') {
      const elements: readonly Node[] = outer.elements;
      const at = elements.indexOf(inner);
      before.push(...outer.elements.slice(0, at));
      after.push(...outer.elements.slice(at + 1));
    }
    inner = outer;
  }
  return { before, after };
}

/** From the inside out. */
function outside({ parent }: Node): Node[] {
  return parent === null ? [] : [parent, ...outside(parent)];
}

function holdsAssertion(element: Element): boolean {
  return /\^|\$|\\b|\(\?<?[=!]/i.test(element.raw);
}
