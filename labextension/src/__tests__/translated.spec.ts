import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as ts from 'typescript';
import { expect, it } from 'vitest';

const SOURCE = join(__dirname, '..');
/** Attributes that people read or hear. */
const READ = ['aria-label', 'title', 'placeholder', 'alt', 'aria-valuetext'];
/** What is the same in every language: names, and examples of identifiers. */
const SAME = /^(DOI|[^a-zA-Z]*|10\.5281\/zenodo\.\d+)$/;

function files(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap(entry => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? (entry.name === '__tests__' ? [] : files(path)) : /\.tsx?$/.test(path) ? [path] : [];
  });
}

const SOURCES = files(SOURCE).map(
  path => [path, ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true)] as const
);

/** Return each place that a check finds wrong, in all of the source. */
function places(check: (node: ts.Node) => boolean): string[] {
  const found: string[] = [];
  for (const [path, source] of SOURCES) {
    const visit = (node: ts.Node) => {
      if (check(node)) {
        const { line } = source.getLineAndCharacterOfPosition(node.getStart());
        found.push(`${path.slice(SOURCE.length + 1)}:${line + 1} ${node.getText().slice(0, 60)}`);
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  return found;
}

function isSaid(text: string): boolean {
  return !SAME.test(text.trim());
}

it('says nothing in the panel but through the translator', () => {
  const bare = places(node => ts.isJsxText(node) && isSaid(node.text));
  const attributes = places(
    node =>
      ts.isJsxAttribute(node) &&
      READ.includes(node.name.getText()) &&
      !!node.initializer &&
      ts.isStringLiteral(node.initializer) &&
      isSaid(node.initializer.text)
  );
  // In an expression: a text that stands alone between braces, or as a branch of a choice.
  const braces = places(
    node =>
      ts.isStringLiteralLike(node) &&
      node.getSourceFile().fileName.endsWith('.tsx') &&
      isSaid(node.text) &&
      (ts.isJsxExpression(node.parent) || ts.isConditionalExpression(node.parent) || ts.isBinaryExpression(node.parent)) &&
      !!node.text.match(/[a-z] [a-z]/i)
  );
  expect([...bare, ...attributes, ...braces]).toEqual([]);
});

it('hands the translator whole texts, which can be found in the source', () => {
  const wrong = places(node => {
    const name = ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression) ? node.expression.name.text : '';
    return ['__', '_n'].includes(name) && !ts.isStringLiteralLike((node as ts.CallExpression).arguments[0]);
  });
  expect(wrong).toEqual([]);
});
