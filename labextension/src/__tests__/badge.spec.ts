import { YNotebook } from '@jupyter/ydoc';
import { beforeEach, describe, expect, it } from 'vitest';
import { badgeIndex, hasStamp, KEY, putStamp, readDeposit } from '../badge';
import type { IStamp } from '../types';

function stampOf(number: number): IStamp {
  const doi = `10.5281/zenodo.${number}`;
  return {
    act: `https://zenodo.org/records/${number}`,
    deposit: {
      repository: 'zenodo',
      url: 'https://zenodo.org',
      record_id: String(number),
      doi,
      concept_doi: '10.5281/zenodo.1',
      version: 'v1',
      checksum: 'f00'
    },
    badge: `[![DOI ${doi}](https://zenodo.org/badge/DOI/${doi}.svg)](https://doi.org/${doi})`
  };
}

describe('putStamp', () => {
  let notebook: YNotebook;

  beforeEach(() => {
    notebook = YNotebook.create();
    notebook.insertCell(0, { cell_type: 'code', source: 'import os' });
    notebook.insertCell(1, { cell_type: 'markdown', source: '# Rain in May\n\nText.' });
    notebook.insertCell(2, { cell_type: 'code', source: '1 + 1' });
  });

  const sources = () => notebook.cells.map(cell => cell.getSource());

  it('puts one badge cell below the title and leaves the others alone', () => {
    const before = notebook.cells.map(cell => JSON.stringify(cell.toJSON()));
    expect(putStamp(notebook, stampOf(2))).toBe(true);
    expect(badgeIndex(notebook)).toBe(2);
    expect(sources()[2]).toBe(stampOf(2).badge);
    const rest = notebook.cells.filter((_, index) => index !== 2);
    expect(rest.map(cell => JSON.stringify(cell.toJSON()))).toEqual(before);
    expect(readDeposit(notebook)?.doi).toBe('10.5281/zenodo.2');
  });

  it('marks the cell as the Python side does', () => {
    putStamp(notebook, stampOf(2));
    expect(notebook.getCell(2).getMetadata()).toMatchObject({ [KEY]: { badge: true } });
    expect(notebook.getCell(2).getId()).toBe('zenodo-badge');
  });

  it('changes nothing when the same is put in again', () => {
    putStamp(notebook, stampOf(2));
    let changes = 0;
    notebook.changed.connect(() => changes++);
    expect(putStamp(notebook, stampOf(2))).toBe(false);
    expect(changes).toBe(0);
    expect(hasStamp(notebook, stampOf(2))).toBe(true);
  });

  it('updates the badge in place, wherever it was moved, and keeps words beside it', () => {
    putStamp(notebook, stampOf(2));
    notebook.moveCell(2, 0);
    notebook.getCell(0).setSource(`Published: ${stampOf(2).badge} in May`);
    putStamp(notebook, stampOf(3));
    expect(badgeIndex(notebook)).toBe(0);
    expect(sources()[0]).toBe(`Published: ${stampOf(3).badge} in May`);
    expect(notebook.cells.length).toBe(4);
  });

  it('leaves one of several badges', () => {
    putStamp(notebook, stampOf(2));
    const { cell_type, metadata, source } = notebook.getCell(2).toJSON() as any;
    notebook.insertCell(4, { cell_type, metadata, source });
    notebook.insertCell(5, { cell_type, metadata, source: `${source}\n\nmine` });
    putStamp(notebook, stampOf(3));
    expect(sources()).toEqual(['import os', '# Rain in May\n\nText.', stampOf(3).badge, '1 + 1', 'mine']);
  });

  it('keeps what else stands in the metadata', () => {
    notebook.setMetadata('kernelspec', { name: 'python3', display_name: 'Python 3' });
    notebook.setMetadata(KEY, { note: 'mine' });
    putStamp(notebook, stampOf(2));
    expect(notebook.getMetadata()).toMatchObject({
      kernelspec: { name: 'python3' },
      [KEY]: { note: 'mine', deposit: { record_id: '2' } }
    });
  });

  it('is one change for who listens', () => {
    let changes = 0;
    notebook.changed.connect(() => changes++);
    putStamp(notebook, stampOf(2));
    // Cells and metadata are told apart, but nobody sees one without the other.
    expect(changes).toBeLessThanOrEqual(2);
    expect(hasStamp(notebook, stampOf(2))).toBe(true);
  });

  it('does not take a comment in code for the title, and goes to the top without one', () => {
    const plain = YNotebook.create();
    plain.insertCell(0, { cell_type: 'markdown', source: '```\n# no title\n```' });
    plain.insertCell(1, { cell_type: 'code', source: '# nor this' });
    putStamp(plain, stampOf(2));
    expect(badgeIndex(plain)).toBe(0);
  });

  it('goes below front matter in a raw cell', () => {
    const plain = YNotebook.create();
    plain.insertCell(0, { cell_type: 'raw', source: '---\ntitle: x\n---' });
    putStamp(plain, stampOf(2));
    expect(badgeIndex(plain)).toBe(1);
  });
});
