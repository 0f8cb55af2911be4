// Owns the facts of one source file: its imports, its star and default exports, the globals and names that it uses. What is
// allowed is left to the rules.

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
  /** Those of `imports` that are left when types are erased. */
  readonly runtimeImports: readonly string[];
  /** `import()` of something that is no literal: nobody can tell what it loads. */
  readonly hasComputedImport: boolean;
  readonly hasStarExport: boolean;
  readonly hasDefaultExport: boolean;
  /** Which of the watched globals the file reads. */
  readonly globals: ReadonlySet<string>;
  /** Every identifier: variables, types, properties. */
  readonly names: ReadonlySet<string>;
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
  const runtimeImports: string[] = [];
  const names = new Set<string>();
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
    else addImport(name, 'value');
  };
  const addImport = (name: string, kind: 'type' | 'value'): void => {
    imports.push(name);
    if (kind === 'value') runtimeImports.push(name);
  };

  new Visitor({
    ImportDeclaration: (node) => addImport(node.source.value, node.importKind ?? 'value'),
    ExportNamedDeclaration(node) {
      if (node.source !== null) addImport(node.source.value, node.exportKind ?? 'value');
    },
    ExportAllDeclaration(node) {
      addImport(node.source.value, node.exportKind ?? 'value');
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
    TSImportType: (node) => addImport(node.source.value, 'type'),
    TSExternalModuleReference: (node) => addImport(node.expression.value, 'value'),
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
    PrivateIdentifier: (node) => void names.add(node.name),
    TSPropertySignature: label,
    TSMethodSignature: label,
    Identifier(node) {
      names.add(node.name);
      if (WATCHED.has(node.name) && !labels.has(node)) globals.add(node.name);
    },
  }).visit(program);

  return { ...file, ...found, imports, runtimeImports, globals, names };
}

function literalText(node: Expression): string | undefined {
  if (node.type === 'Literal' && typeof node.value === 'string') return node.value;
  if (node.type === 'TemplateLiteral' && node.expressions.length === 0)
    return node.quasis[0]?.value.cooked ?? undefined;
  return undefined;
}
