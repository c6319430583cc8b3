import { beforeEach, expect, it } from 'vitest';
import { Kept } from '../memory';
import { Order } from '../order';
import { Memory } from './server';

beforeEach(() => sessionStorage.clear());

it('has after a reload what was typed in the moment before it, though JupyterLab has not written it down', async () => {
  const late = { ...new Memory(), fetch: async () => ({ edits: { title: 'Rai' } }), save: () => new Promise(() => undefined), remove: async () => true };
  new Order('a.ipynb', new Kept(late)).write('title', 'Rain');
  const after = new Order('a.ipynb', new Kept(late));
  await after.recall();
  expect(after.chosen.edits).toEqual({ title: 'Rain' });
});

it('has in another window what JupyterLab kept, and nothing more of a notebook that got another name', async () => {
  const state = new Memory();
  const order = new Order('a.ipynb', new Kept(state));
  order.write('title', 'Rain');
  sessionStorage.clear();
  const elsewhere = new Order('a.ipynb', new Kept(state));
  await elsewhere.recall();
  expect(elsewhere.chosen.edits).toEqual({ title: 'Rain' });
  elsewhere.rename('b.ipynb');
  expect([await new Kept(state).fetch('zenodo-jupyter:a.ipynb'), sessionStorage.length]).toEqual([undefined, 1]);
});

it('forgets rather than keeps what is older where the window is full', async () => {
  const full = { getItem: () => null, removeItem: (id: string) => removed.push(id), setItem: () => { throw new DOMException('full', 'QuotaExceededError'); } };
  const removed: string[] = [];
  const state = new Memory();
  await new Kept(state, full as any).save('x', 1);
  expect([removed, await state.fetch('x')]).toEqual([['x'], 1]);
});
