import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { NotebookModel } from '../model';
import { Places } from '../places';
import type { IJob } from '../types';
import { job, Memory, NEVER, Paper, Server } from './server';

const TOLD = { level: 'R4', verdict: '2 of 2 outputs reproduced (R4).', advice: '' };
const REHEARSED = job({ kind: 'rehearse', state: 'done', result: TOLD as any });
const COPIED = job({
  state: 'done',
  params: { path: 'a.ipynb', anonymous: true },
  result: { doi: '10.5072/zenodo.7', repository: 'local', anonymous: true, link: 'https://local/7?token=x', stamp: null } as any
});

describe('beside publishing', () => {
  let server: Server;
  let paper: Paper;
  let model: NotebookModel;
  const open = () => (model = new NotebookModel(paper, new Places(server.api), new Memory()));

  beforeEach(() => {
    vi.useFakeTimers();
    server = new Server();
    paper = new Paper();
    open();
  });

  afterEach(() => {
    model.dispose();
    vi.useRealTimers();
  });

  describe('a rehearsal', () => {
    it('runs what is saved and chosen, once, and its level is in the next look', async () => {
      await model.look();
      paper.isDirty = true;
      model.order.write('title', 'Rain in May');
      server.plan = { rehearsal: TOLD };
      server.polls = [REHEARSED];
      await Promise.all([model.rehearse(), model.rehearse()]);
      expect([paper.isDirty, server.count('rehearse'), server.last('rehearse').metadata]).toEqual([false, 1, { title: 'Rain in May' }]);
      expect(model.plan!.rehearsal!.level).toBe('R4');
      expect([model.page, model.obstacle, model.rehearsing.isActive]).toEqual(['edit', null, false]);
    });

    it('that cannot be done is told, and forbids nothing', async () => {
      await model.look();
      server.polls = [job({ kind: 'rehearse', state: 'failed', error: { error: 'DiskFull', message: 'No room.', hint: '' } })];
      await model.rehearse();
      expect(model.rehearsing.problem!.message).toBe('No room.');
      expect([model.obstacle, model.problem]).toEqual([null, null]);
    });

    it('is followed after a reload', async () => {
      server.jobs = [job({ kind: 'rehearse' })];
      server.polls = [REHEARSED];
      server.plan = { rehearsal: TOLD };
      await model.recall();
      expect(model.rehearsing.isActive).toBe(true);
      await vi.waitFor(() => expect(model.plan?.rehearsal).toEqual(TOLD));
      expect(server.count('rehearse')).toBe(0);
    });
  });

  describe('an anonymous copy', () => {
    const copy = async () => {
      await model.look();
      server.standing = { ...NEVER, state: 'stopped', doi: '10.5072/zenodo.7', anonymous: true };
      server.polls = [COPIED];
      await model.publish(false, 'anonymous');
    };

    it('publishes nothing, has a link, and keeps what was typed for the named one', async () => {
      model.order.write('title', 'Rain in May');
      await copy();
      expect(server.last('publish').anonymous).toBe(true);
      expect([model.page, model.mark, model.finished]).toEqual(['edit', 'draft', null]);
      expect(model.act.published!.link).toContain('token=');
      server.polls = [job({ state: 'failed' })];
      await model.publish(false);
      expect(server.last('publish')).toMatchObject({ anonymous: false, metadata: { title: 'Rain in May' } });
    });

    it('is known with its link after a reload', async () => {
      await copy();
      server.jobs = [COPIED as IJob];
      open();
      await model.recall();
      await vi.waitFor(() => expect(model.page).toBe('edit'));
      expect(model.act.published!.link).toContain('token=');
    });
  });
});
