import { Signal } from '@lumino/signaling';
import { describe, expect, it } from 'vitest';
import { worstOf } from '../marks';
import { Reproducing } from '../reproducing';
import type { IJob } from '../types';

const QUESTION = 'A title\nIts code would run on this computer as you.\nNobody said that it may be run.';

/** A server that asks before it runs. */
class Server {
  readonly said: boolean[] = [];

  async reproduce(_doi: string, _folder: string, _from: string | null, yes: boolean): Promise<IJob> {
    this.said.push(yes);
    return { id: 'j', state: yes ? 'running' : 'queued', seq: 1, progress: null } as IJob;
  }

  async job(): Promise<IJob> {
    const wasAgreed = this.said[this.said.length - 1];
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

function found(id = '7'): any {
  const getting = { found: { record: { id, doi: '10.5072/7' }, repository: 'local' }, folder: 'again' } as any;
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
    expect(model.done).toBeNull();
    await model.start(true);
    expect(model.question).toBeNull();
    expect(model.done!.verdict).toContain('R5');
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
    expect(model.done).not.toBeNull();
    getting.found = { record: { id: '8' } };
    getting.changed.emit();
    expect(model.job).toBeNull();
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
