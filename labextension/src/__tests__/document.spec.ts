import { YNotebook } from '@jupyter/ydoc';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { putStamp } from '../badge';
import { OpenNotebook } from '../document';
import type { IStamp } from '../types';

const STAMP: IStamp = {
  act: 'local/records/7',
  badge: '[![DOI 10.5072/zenodo.7](x)](y)',
  deposit: { repository: 'local', url: 'http+local://embedded', record_id: '7', doi: '10.5072/zenodo.7', concept_doi: '', version: 'v1', checksum: '' }
};

describe('OpenNotebook.catchUp', () => {
  let shared: YNotebook;
  let context: any;
  let file: any;
  let notebook: OpenNotebook;

  beforeEach(() => {
    shared = YNotebook.create();
    shared.insertCell(0, { cell_type: 'markdown', source: '# Rain in May' });
    shared.insertCell(1, { cell_type: 'code', source: '1 + 1' });
    shared.setMetadata('language_info', { name: 'python', version: '3.12.1' });
    const content = { ...shared.toJSON(), metadata: {} };
    file = { hash: 'new', content: JSON.parse(JSON.stringify(content)) };
    file.content.cells[1].metadata.trusted = true;
    context = {
      path: 'a.ipynb',
      contentsModel: { hash: 'old' },
      model: { sharedModel: shared, dirty: true, collaborative: false },
      revert: vi.fn(async () => (context.model.dirty = false)),
      save: vi.fn()
    };
    notebook = new OpenNotebook({ context } as never, { get: async () => file });
  });

  it('takes over what another window saved where only metadata differ here, rather than asking which of the two is right', async () => {
    await notebook.save();
    expect([context.revert.mock.calls.length, context.save.mock.calls.length]).toEqual([1, 0]);
  });

  it('takes over the badge that another window put in', async () => {
    const other = YNotebook.create();
    other.fromJSON(file.content);
    putStamp(other, STAMP);
    file.content = JSON.parse(JSON.stringify(other.toJSON()));
    await notebook.catchUp();
    expect(context.revert).toHaveBeenCalledOnce();
  });

  it('never takes over what would lose a change of a cell', async () => {
    shared.getCell(1).setSource('1 + 2');
    await notebook.save();
    expect([context.revert.mock.calls.length, context.save.mock.calls.length]).toEqual([0, 1]);
  });

  it('leaves a notebook alone whose file is as it was', async () => {
    file.hash = 'old';
    await notebook.catchUp();
    expect(context.revert).not.toHaveBeenCalled();
  });
});

describe('OpenNotebook.save of a shared document', () => {
  /** How often JupyterLab is asked to save, where the server saves by itself after some milliseconds. */
  const asked = async (after: number) => {
    vi.useFakeTimers();
    const model = { dirty: true, collaborative: true };
    const save = vi.fn(async () => void (model.dirty = false));
    setTimeout(() => (model.dirty = false), after);
    const saved = new OpenNotebook({ context: { model, save } } as never, { get: async () => ({}) as never }).save();
    await vi.runAllTimersAsync();
    await saved;
    vi.useRealTimers();
    return save.mock.calls.length;
  };

  it('leaves it to the server, since JupyterLab would ask which of two files is right', async () => {
    expect(await asked(1200)).toBe(0);
  });

  it('saves it where nobody has the server save by itself', async () => {
    expect(await asked(60_000)).toBe(1);
  });
});

describe('OpenNotebook.myTurn', () => {
  /** An open notebook that browsers 3, 5 and 9 share, in one of them. */
  const opened = (clientID: number, collaborative = true) => {
    const awareness = { clientID, getStates: () => new Map([9, 3, 5].map(id => [id, {}])) };
    const model = { sharedModel: { awareness }, collaborative };
    return new OpenNotebook({ context: { model } } as never, { get: async () => ({}) as never });
  };

  it('lets one browser after the other write, in the same order for all', async () => {
    vi.useFakeTimers();
    const done: number[] = [];
    for (const id of [9, 5, 3]) {
      void opened(id).myTurn().then(() => done.push(id));
    }
    await vi.runAllTimersAsync();
    vi.useRealTimers();
    expect(done).toEqual([3, 5, 9]);
  });

  it('waits for nobody where a notebook is not shared', async () => {
    await opened(9, false).myTurn();
  });
});
