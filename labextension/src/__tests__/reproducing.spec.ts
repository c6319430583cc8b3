import { Signal } from '@lumino/signaling';
import { describe, expect, it } from 'vitest';
import { worstOf } from '../marks';
import { Reproducing } from '../reproducing';
import type { IJob } from '../types';

const QUESTION = 'A title\nIts code would run on this computer as you.\nNobody said that it may be run.';

/** A server that asks before it runs. */
class Server {
  readonly said: boolean[] = [];
  wanted: readonly string[] = [];
  /** What an archive holds, which is told when nobody has said which is meant. */
  inside: string[] = [];

  async reproduce(_doi: string, _folder: string, _from: string | null, yes: boolean, notebooks: readonly string[]): Promise<IJob> {
    this.said.push(yes);
    this.wanted = notebooks;
    return { id: 'j', state: yes ? 'running' : 'queued', seq: 1, progress: null } as IJob;
  }

  async job(): Promise<IJob> {
    const wasAgreed = this.said[this.said.length - 1];
    if (this.inside.length && !this.wanted.length) {
      const error = { error: 'SeveralNotebooks', message: 'The record has 2 notebooks.', hint: '', notebooks: this.inside };
      return { id: 'j', state: 'failed', error } as unknown as IJob;
    }
    return (
      wasAgreed
        ? { id: 'j', state: 'done', result: { verdict: '1 of 1 outputs reproduced (R5)' } }
        : { id: 'j', state: 'failed', error: { error: 'NeedsConsent', message: QUESTION, hint: '' } }
    ) as unknown as IJob;
  }

  async cancel(): Promise<IJob> {
    return { id: 'j', state: 'cancelled' } as IJob;
  }
}

function found(id = '7', ...keys: string[]): any {
  const files = keys.map(key => ({ key, size: 1 }));
  const getting = { found: { record: { id, doi: '10.5072/7', files }, repository: 'local' }, folder: 'again' } as any;
  getting.changed = new Signal(getting);
  return getting;
}

describe('a re-run', () => {
  it('runs nothing before a person has read the question and said yes', async () => {
    const server = new Server();
    const model = new Reproducing(server, found());
    await model.start();
    expect(model.question).toBe(QUESTION);
    expect(server.said).toEqual([false]);
    expect(model.done).toEqual([]);
    await model.start(true);
    expect(model.question).toBeNull();
    expect(model.done[0].verdict).toContain('R5');
  });

  it('is begun once, however often one clicks before the server has answered', async () => {
    const server = new Server();
    const model = new Reproducing(server, found());
    await Promise.all([model.start(true), model.start(true)]);
    expect(server.said).toEqual([true]);
  });

  it('is forgotten when another record is looked for', async () => {
    const getting = found();
    const model = new Reproducing(new Server(), getting);
    await model.start(true);
    getting.changed.emit();
    expect(model.done).toHaveLength(1);
    getting.found = { record: { id: '8', files: [] } };
    getting.changed.emit();
    expect(model.job).toBeNull();
  });
});

describe('several notebooks', () => {
  it('are chosen from before anything is fetched, all in their order or some', async () => {
    const server = new Server();
    const model = new Reproducing(server, found('7', '10.ipynb', 'a.csv', '2.ipynb'));
    await model.begin();
    expect([model.isChoosing, model.notebooks, server.said]).toEqual([true, ['2.ipynb', '10.ipynb'], []]);
    await model.start();
    expect([model.question, server.wanted]).toEqual([QUESTION, ['all']]);
    model.leave();
    await model.begin();
    model.tick('2.ipynb', false);
    await model.start(true);
    expect(server.wanted).toEqual(['10.ipynb']);
    expect(model.isChoosing).toBe(false);
  });

  it('are chosen from when an archive turned out to hold them, and forgotten with the record', async () => {
    const server = new Server();
    server.inside = ['r/1.ipynb', 'r/2.ipynb'];
    const getting = found('7', 'r.zip');
    const model = new Reproducing(server, getting);
    await model.begin();
    expect([model.isChoosing, model.notebooks, model.job]).toEqual([true, server.inside, null]);
    model.tick('r/1.ipynb', false);
    await model.start(true);
    expect(server.wanted).toEqual(['r/2.ipynb']);
    getting.found = { record: { id: '8', files: [] } };
    getting.changed.emit();
    expect([model.notebooks, model.unticked.size, model.done]).toEqual([[], 0, []]);
  });

  it('each have a verdict', async () => {
    const server = new Server();
    server.job = async () => ({ id: 'j', state: 'done', result: { verdict: 'a', notebooks: [{ verdict: 'a' }, { verdict: 'b' }] } }) as any;
    const model = new Reproducing(server, found());
    await model.start(true);
    expect(model.done.map(one => one.verdict)).toEqual(['a', 'b']);
  });
});

describe('marks', () => {
  it('show the worst of a cell', () => {
    const output = (cell_id: string, cell_index: number, verdict: string) => ({ cell_id, cell_index, verdict, detail: '' });
    const worst = worstOf([output('a', 0, 'same'), output('a', 0, 'differs'), output('a', 0, 'close'), output('', 3, 'same')]);
    expect([...worst]).toEqual([
      ['a', 'differs'],
      [3, 'same']
    ]);
  });
});
