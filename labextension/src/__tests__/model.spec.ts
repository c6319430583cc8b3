import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError } from '../api';
import { WAITS } from '../following';
import { NotebookModel, REST } from '../model';
import { Places } from '../places';
import { DONE, job, Memory, NEVER, Paper, PUBLISHED, Server, STAMP } from './server';

describe('NotebookModel', () => {
  let server: Server;
  let paper: Paper;
  let memory: Memory;
  let model: NotebookModel;

  const open = () => (model = new NotebookModel(paper, new Places(server.api), memory));

  beforeEach(() => {
    vi.useFakeTimers();
    server = new Server();
    paper = new Paper();
    memory = new Memory();
    open();
  });

  afterEach(() => {
    model.dispose();
    vi.useRealTimers();
  });

  it('saves the notebook before it looks at it', async () => {
    await model.look();
    expect(paper.saves).toBe(1);
    expect([model.page, model.mark]).toEqual(['edit', 'never']);
    expect(model.value('title')).toBe('Rain');
  });

  it('asks once for many letters, and marks a draft', async () => {
    await model.look();
    model.order.write('title', 'Rain i');
    model.order.write('title', 'Rain in May');
    await vi.advanceTimersByTimeAsync(REST);
    expect(server.count('collect')).toBe(2);
    expect(server.last('collect').metadata).toEqual({ title: 'Rain in May' });
    expect(model.mark).toBe('draft');
  });

  it('says null of what was taken back', async () => {
    model.order.write('subjects', []);
    expect(model.order.body().metadata).toEqual({ subjects: null });
    model.order.forget('subjects');
    expect(model.order.body().metadata).toBeNull();
  });

  it('keeps what was chosen through a reload, and under a new name', async () => {
    model.order.write('title', 'Rain in May');
    model.order.publishTo('zenodo');
    paper.path = 'b.ipynb';
    model.renamed();
    open();
    await model.look();
    expect(model.value('title')).toBe('Rain in May');
    expect(server.last('status')).toEqual({ path: 'b.ipynb', to: 'zenodo' });
  });

  it('goes from the click to the badge, once', async () => {
    await model.look();
    server.polls = [job({ seq: 2 }), DONE];
    server.standing = PUBLISHED;
    const first = model.publish(false);
    expect(model.page).toBe('progress');
    await Promise.all([first, model.publish(false), model.publish(false)]);
    expect(server.count('publish')).toBe(1);
    expect(paper.stamps).toEqual([STAMP]);
    expect(server.last('stamped')).toEqual({ path: 'a.ipynb', act: STAMP.act });
    expect(paper.isDirty).toBe(false);
    expect([model.page, model.mark]).toEqual(['done', 'published']);
    expect(model.finished?.citation).toBe('Lovelace 2026');
  });

  it('follows the job through a server that is away for a while', async () => {
    await model.look();
    const away = new ApiError({ error: 'NoAnswer', message: '', hint: '' }, 0);
    server.polls = [away, away, DONE];
    server.standing = PUBLISHED;
    const published = model.publish(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(model.act.isWaiting).toBe(true);
    await vi.advanceTimersByTimeAsync(WAITS[0] + WAITS[1]);
    await published;
    expect(model.page).toBe('done');
  });

  it('finds the job that runs, and puts its badge in', async () => {
    server.job = job();
    server.polls = [DONE];
    await model.recall();
    await vi.advanceTimersByTimeAsync(1);
    expect(paper.stamps).toEqual([STAMP]);
  });

  it('puts in the badge that waits, where it was published to', async () => {
    server.jobs = [job({ ...DONE, params: { path: 'a.ipynb', to: 'zenodo' } })];
    server.stamp = STAMP;
    await model.recall();
    expect(server.last('status')).toEqual({ path: 'a.ipynb', to: 'zenodo' });
    expect(paper.stamps).toEqual([STAMP]);
    expect(server.count('stamped')).toBe(1);
  });

  it('takes the badge from the file where another window has put it there', async () => {
    server.job = job();
    server.polls = [DONE];
    paper.isBehind = true;
    await model.recall();
    await vi.advanceTimersByTimeAsync(1);
    expect(paper.stamps).toEqual([STAMP]);
    expect([paper.saves, server.count('stamped')]).toEqual([0, 1]);
  });

  it('stays with the repository that the journal knows, where nothing was chosen', async () => {
    server.home = 'zenodo';
    await model.look();
    expect(server.last('collect').to).toBe('zenodo');
  });

  it('says so when the notebook cannot be saved, and looks again when asked to', async () => {
    paper.refusal = new Error('Cancel');
    await model.look();
    expect([model.problem?.name, model.isLooking, server.count('collect')]).toEqual(['NotSaved', false, 0]);
    paper.refusal = null;
    await model.look();
    expect([model.problem, server.count('collect')]).toEqual([null, 1]);
  });

  it('never shows what was before the publication once that is done', async () => {
    await model.look();
    model.turn('review');
    server.polls = [DONE];
    server.standing = PUBLISHED;
    const pages = new Set<string>();
    model.changed.connect(() => model.act.published && pages.add(model.page));
    await model.publish(false);
    expect([...pages]).toEqual(['progress', 'done']);
  });

  it('turns to the page that tells problems when publishing cannot begin', async () => {
    await model.look();
    model.turn('review');
    server.api.publish = () => Promise.reject(new ApiError({ error: 'DiskFull', message: 'No room.', hint: '' }, 507));
    await model.publish(false);
    expect([model.page, model.problem?.message]).toEqual(['edit', 'No room.']);
  });

  it('leaves a notebook that was closed meanwhile for the next time', async () => {
    await model.look();
    server.polls = [DONE];
    const published = model.publish(false);
    paper.isDisposed = true;
    await published;
    expect(paper.stamps).toEqual([]);
    expect(server.count('stamped')).toBe(0);
  });

  it('confirms the badge under the name that the notebook has then', async () => {
    await model.look();
    server.polls = [DONE];
    const published = model.publish(false);
    paper.path = 'b.ipynb';
    model.renamed();
    await published;
    expect(server.last('stamped').path).toBe('b.ipynb');
  });

  it('asks in the place of the button, and goes on with a yes', async () => {
    await model.look();
    const error = { error: 'NeedsConsent', message: 'Publish on Zenodo with account Ada?', hint: '' };
    server.polls = [job({ state: 'failed', error }), DONE];
    await model.publish(false);
    expect([model.page, model.question]).toEqual(['review', error.message]);
    await model.publish(true);
    expect(server.last('publish').yes).toBe(true);
    expect(model.question).toBeNull();
  });

  it('turns to the fields that the repository refused', async () => {
    await model.look();
    const errors = [{ field: 'metadata.title', messages: ['Wrong.'] }];
    server.polls = [job({ state: 'failed', error: { error: 'RefusedMetadata', message: 'No.', hint: '', errors } })];
    await model.publish(false);
    expect(model.page).toBe('edit');
    expect(model.open.has('about')).toBe(true);
    expect(model.obstacle).toBe('about');
    expect([...model.faults.keys()]).toEqual(['title']);
  });

  it('says what failed, and goes on where it stopped', async () => {
    await model.look();
    server.polls = [job({ state: 'failed', error: { error: 'CouldNotAsk', message: 'Cut.', hint: '' } }), DONE];
    await model.publish(false);
    expect([model.page, model.mark]).toEqual(['failed', 'stopped']);
    await model.publish(false);
    expect(server.count('publish')).toBe(2);
    expect(paper.stamps).toEqual([STAMP]);
  });

  it('waits for a token, and for what must be fixed, until it is accepted', async () => {
    const finding: any = { id: 'SEC1', severity: 'block', message: '', fix: '', where: 'cell [6]', cell: 3, share: '' };
    server.plan = { findings: [finding] };
    await model.look();
    expect(model.obstacle).toBe('checks');
    model.order.accept(finding);
    expect(model.obstacle).toBeNull();
    server.polls = [DONE];
    await model.publish(false);
    expect(server.last('publish').accept).toEqual(['SEC1@cell [6]']);
    model.order.publishTo('zenodo');
    expect(model.obstacle).toBe('checks');
    server.plan = {};
    await vi.advanceTimersByTimeAsync(REST);
    expect(model.obstacle).toBe('where');
  });

  it('offers the next version when the notebook changed', async () => {
    server.standing = PUBLISHED;
    await model.look();
    expect(model.page).toBe('done');
    server.standing = { ...PUBLISHED, state: 'changed', changed_cells: 3 };
    model.onSaved();
    await vi.advanceTimersByTimeAsync(1);
    expect([model.page, model.mark]).toEqual(['edit', 'changed']);
  });

  it('does not write into a notebook that is read-only', async () => {
    paper.isReadOnly = true;
    server.stamp = STAMP;
    await model.look();
    expect([paper.saves, paper.stamps.length, model.page]).toEqual([0, 0, 'edit']);
  });

  it('shows only the answer to the last look', async () => {
    await model.recall();
    let first: (plan: any) => void = () => undefined;
    const collect = server.api.collect;
    server.api.collect = (body: any) => new Promise(resolve => (first = () => void collect(body).then(resolve)));
    const slow = model.look();
    await vi.advanceTimersByTimeAsync(1);
    server.api.collect = collect;
    server.plan = { metadata: { title: 'Newer' } };
    await model.look();
    server.plan = { metadata: { title: 'Older' } };
    first(null);
    await slow;
    expect(model.value('title')).toBe('Newer');
    expect(model.isLooking).toBe(false);
  });
});
