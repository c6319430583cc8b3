import { YNotebook, type YCodeCell } from '@jupyter/ydoc';
import { beforeEach, describe, expect, it } from 'vitest';
import { ApiError } from '../api';
import { NotebookModel } from '../model';
import { Places } from '../places';
import { putCells } from '../remedy';
import type { IFinding, IRemedied } from '../types';

const OUTPUT = { output_type: 'stream', name: 'stdout', text: '/home/ada' };
const FINDING = { id: 'SEC1', where: 'cell [1]', remedies: ['environment'] } as IFinding;

function remedied(index: number, before: string, source: string, changes: object = {}): IRemedied {
  return { cells: [{ index, before, cell: { source, metadata: {}, outputs: [], ...changes } }], metadata: null, told: 'Done.' };
}

function notebookOf(disableDocumentWideUndoRedo: boolean): YNotebook {
  const notebook = YNotebook.create({ disableDocumentWideUndoRedo });
  notebook.insertCell(0, { cell_type: 'markdown', source: '# Rain' });
  notebook.insertCell(1, { cell_type: 'code', source: 'key = "k7Qm"', metadata: { tags: ['mine'] }, outputs: [OUTPUT] });
  notebook.clearUndoHistory();
  notebook.cells.forEach(cell => cell.clearUndoHistory());
  return notebook;
}

describe('putCells', () => {
  it.each([true, false])('changes that cell only, and can be undone (an undo for each cell: %s)', ofCells => {
    const notebook = notebookOf(ofCells);
    const cell = notebook.getCell(1) as YCodeCell;
    expect(putCells(notebook, remedied(1, 'key = "k7Qm"', 'key = os.environ["KEY"]'))).toBe(true);
    expect([cell.getSource(), cell.getOutputs(), cell.getMetadata('tags')]).toEqual(['key = os.environ["KEY"]', [], ['mine']]);
    expect(notebook.getCell(0).getSource()).toBe('# Rain');
    (ofCells ? cell : notebook).undo();
    expect(notebook.getCell(1).getSource()).toBe('key = "k7Qm"');
  });

  it('changes none where somebody wrote into one of the cells meanwhile', () => {
    const notebook = notebookOf(true);
    const before = notebook.toJSON();
    const changes = remedied(0, '# Rain', '# Snow');
    changes.cells.push(...remedied(1, 'key = "older"', '').cells);
    expect(putCells(notebook, changes)).toBe(false);
    expect(putCells(notebook, remedied(7, '', 'x'))).toBe(false);
    expect(notebook.toJSON()).toEqual(before);
  });

  it('leaves outputs as they are where only the metadata change', () => {
    const notebook = notebookOf(true);
    const changes = remedied(1, 'key = "k7Qm"', 'key = "k7Qm"', { metadata: { note: '[removed]' }, outputs: [OUTPUT] });
    expect(putCells(notebook, { ...changes, metadata: { author: '[removed]' } })).toBe(true);
    expect((notebook.getCell(1) as YCodeCell).getOutputs()).toEqual([OUTPUT]);
    expect([notebook.getCell(1).getMetadata('note'), notebook.getMetadata('author')]).toEqual(['[removed]', '[removed]']);
  });
});

describe('NotebookModel.remedy', () => {
  let notebook: YNotebook;
  let asked: string[];
  let answer: IRemedied | ApiError;
  let model: NotebookModel;

  beforeEach(() => {
    notebook = notebookOf(true);
    asked = [];
    const paper: any = {
      path: 'a.ipynb', isDirty: true, ready: Promise.resolve(), deposit: null,
      save: async () => void asked.push('save'),
      putCells: (changes: IRemedied) => putCells(notebook, changes)
    };
    const api: any = {
      fields: async () => ({ fields: [], groups: [] }),
      repositories: async () => ({ default: 'local', repositories: [] }),
      jobs: async () => ({ jobs: [] }),
      status: async () => ({ standing: { state: 'never' }, stamp: null, job: null, repository: 'local' }),
      collect: async () => (asked.push('collect'), { metadata: {}, errors: [], findings: [], standing: { state: 'never' } }),
      remedy: async (path: string, finding: IFinding, name: string) => {
        asked.push(`${name} ${finding.id} ${path}`);
        if (answer instanceof ApiError) {
          throw answer;
        }
        return answer;
      }
    };
    model = new NotebookModel(paper, new Places(api), null);
  });

  it('saves, asks, puts it in, saves, looks again and says what was done; a second click does nothing', async () => {
    answer = remedied(1, 'key = "k7Qm"', 'key = os.environ["KEY"]');
    await Promise.all([model.remedy(FINDING, 'environment'), model.remedy(FINDING, 'environment')]);
    expect(asked).toEqual(['save', 'environment SEC1 a.ipynb', 'save', 'collect']);
    expect(notebook.getCell(1).getSource()).toContain('os.environ');
    expect(model.remedied).toEqual({ ok: true, words: 'Done.' });
  });

  it('says so when it could not be done, and looks again', async () => {
    answer = remedied(1, 'something else', '');
    await model.remedy(FINDING, 'environment');
    expect((model.remedied as any).error.message).toContain('changed at the same time');
    answer = new ApiError({ error: 'BadInput', message: 'It is gone.', hint: 'Look again.' }, 400);
    await model.remedy(FINDING, 'environment');
    expect(model.remedied).toEqual({ ok: false, error: answer });
    expect(asked.filter(what => what === 'collect')).toHaveLength(2);
    expect(notebook.getCell(1).getSource()).toBe('key = "k7Qm"');
  });
});
