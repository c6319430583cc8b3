import { beforeEach, describe, expect, it } from 'vitest';
import { Editing } from '../editing';
import type { IJob } from '../types';

const ORDER = { path: 'a.ipynb', data: ['b'], exclude: [], to: 'lab', metadata: { title: 'Rain' }, new: false, version_of: null };

function job(changes: Partial<IJob>): IJob {
  return { id: 'j', kind: 'edit', params: {}, state: 'done', seq: 1, progress: null, log: [], result: null, error: null, started: 0, ended: 0, ...changes };
}

function failed(error: string): IJob {
  return job({ state: 'failed', error: { error, message: `${error}!`, hint: '', errors: [{ field: 'title', messages: ['Too short.'] }] } });
}

describe('Editing', () => {
  let ends: IJob[];
  let asked: any[];
  let editing: Editing;

  beforeEach(() => {
    asked = [];
    const api: any = {
      edit: async (change: any) => (asked.push(change), job({ state: 'running' })),
      job: async () => ends.shift()
    };
    editing = new Editing({ body: () => ORDER }, api);
  });

  it('sends what the person wrote, once, and says what came of it', async () => {
    ends = [job({ result: { changed: ['title'] } })];
    const [done, second] = await Promise.all([editing.start(), editing.start()]);
    expect(asked).toEqual([{ path: 'a.ipynb', to: 'lab', metadata: { title: 'Rain' } }]);
    expect([done?.changed, second, editing.isActive, editing.job]).toEqual([['title'], null, false, null]);
  });

  it('asks one question after the other, and keeps the answers until it is done', async () => {
    ends = [failed('ChangedMeanwhile'), failed('NeedsConsent'), job({ result: { changed: [] } }), job({})];
    expect(await editing.start()).toBeNull();
    expect(editing.question).toEqual({ message: 'ChangedMeanwhile!', answer: 'overwrite' });
    await editing.start({ overwrite: true });
    expect(editing.question?.answer).toBe('yes');
    await editing.start({ yes: true });
    expect(asked[2]).toMatchObject({ overwrite: true, yes: true });
    expect(editing.question).toBeNull();
    await editing.start();
    expect(asked[3]).not.toHaveProperty('overwrite');
  });

  it('says what was wrong with a field', async () => {
    ends = [failed('InvalidMetadata')];
    await expect(editing.start()).rejects.toMatchObject({ errors: [{ field: 'title' }] });
    expect(editing.isActive).toBe(false);
  });

  it('forgets the question when the person says not yet', async () => {
    ends = [failed('NeedsConsent')];
    await editing.start();
    editing.leave();
    expect([editing.question, editing.job]).toEqual([null, null]);
  });
});
