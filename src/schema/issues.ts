// Owns issue texts.
import type { SchemaIssue } from './compile.ts';
export function describeIssues(issues: readonly SchemaIssue[]): string {
  return issues.map((issue) => `${issue.path}: ${issue.message}`).join('\n');
}
