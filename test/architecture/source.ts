// Owns what one source file says of itself: its imports, its star and default exports, the globals that it reads.
// What is allowed is left to the rules.

import type { Expression } from 'oxc-parser';
import { parseSync, Visitor } from 'oxc-parser';

export interface SourceFile {
  /** From the root of the project, with forward slashes: `src/client/client.ts`. */
  readonly path: string;
  readonly text: string;
}

export interface Source extends SourceFile {
  /** Every module named, in any way that TypeScript knows: imports, re-exports, `import()`, types included. */
  readonly imports: readonly string[];
  /** `import()` of something that is no literal: nobody can tell what it loads. */
  readonly hasComputedImport: boolean;
  readonly hasStarExport: boolean;
  readonly hasDefaultExport: boolean;
  /** Which of the watched globals the file reads. */
  readonly globals: ReadonlySet<string>;
}

const WATCHED = new Set(['process', 'console']);

/**
 * What a file imports, exports and reads.
 *
 * @throws {Error} The file does not parse.
 */
export function readSource(file: SourceFile): Source {
  const { program, errors } = parseSync(file.path, file.text);
  if (errors[0] !== undefined) throw new Error(`${file.path} does not parse: ${errors[0].message}`);

  const imports: string[] = [];
  const globals = new Set<string>();
  const found = { hasComputedImport: false, hasStarExport: false, hasDefaultExport: false };
  // Names of properties and members, which are identifiers too: the visitor meets each after what it belongs to.
  const labels = new Set<object>();
  const label = (node: { readonly key: object; readonly computed: boolean }): void => {
    if (!node.computed) labels.add(node.key);
  };
  const dynamicImport = (source: Expression): void => {
    const name = literalText(source);
    if (name === undefined) found.hasComputedImport = true;
    else imports.push(name);
  };

  new Visitor({
    ImportDeclaration: (node) => void imports.push(node.source.value),
    ExportNamedDeclaration(node) {
      if (node.source !== null) imports.push(node.source.value);
    },
    ExportAllDeclaration(node) {
      imports.push(node.source.value);
      found.hasStarExport = true;
    },
    ExportDefaultDeclaration() {
      found.hasDefaultExport = true;
    },
    ExportSpecifier(node) {
      labels.add(node.exported);
      if ('name' in node.exported && node.exported.name === 'default') found.hasDefaultExport = true;
    },
    ImportSpecifier: (node) => void labels.add(node.imported),
    ImportExpression: (node) => dynamicImport(node.source),
    TSImportType: (node) => void imports.push(node.source.value),
    TSExternalModuleReference: (node) => void imports.push(node.expression.value),
    CallExpression(node) {
      const [first] = node.arguments;
      const isRequire = node.callee.type === 'Identifier' && node.callee.name === 'require';
      if (isRequire && first !== undefined && first.type !== 'SpreadElement') dynamicImport(first);
    },
    MemberExpression(node) {
      const isGlobal = node.object.type === 'Identifier' && node.object.name === 'globalThis';
      if (!node.computed && !isGlobal) labels.add(node.property);
    },
    Property: label,
    PropertyDefinition: label,
    MethodDefinition: label,
    TSPropertySignature: label,
    TSMethodSignature: label,
    Identifier(node) {
      if (WATCHED.has(node.name) && !labels.has(node)) globals.add(node.name);
    },
  }).visit(program);

  return { ...file, ...found, imports, globals };
}

function literalText(node: Expression): string | undefined {
  if (node.type === 'Literal' && typeof node.value === 'string') return node.value;
  if (node.type === 'TemplateLiteral' && node.expressions.length === 0)
    return node.quasis[0]?.value.cooked ?? undefined;
  return undefined;
}
