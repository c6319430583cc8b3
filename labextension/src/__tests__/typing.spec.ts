import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError } from '../api';
import { NotebookModel } from '../model';
import { Places } from '../places';
import { MOST, PAUSE } from '../typing';
import type { IFinding } from '../types';
import { Memory, Paper, Server } from './server';

const FOUND = (id: string, severity = 'warning') => ({ id, severity, message: id, cell: null, where: '', remedies: [] }) as unknown as IFinding;

describe('checks as one types', () => {
  let server: Server;
  let paper: Paper;
  let model: NotebookModel;
  const ids = () => model.plan!.findings.map(finding => finding.id);

  beforeEach(async () => {
    vi.useFakeTimers();
    server = new Server();
    server.plan = { findings: [FOUND('DAT1'), FOUND('ENV2')] };
    paper = new Paper();
    model = new NotebookModel(paper, new Places(server.api), new Memory());
    await model.look();
    server.checked = { findings: [FOUND('SEC1', 'block')], untyped: ['ENV'] };
  });

  afterEach(() => {
    model.dispose();
    vi.useRealTimers();
  });

  it('are asked for once when the person rests, save nothing, and keep what they did not look for', async () => {
    paper.isDirty = true;
    const saves = paper.saves;
    paper.content = { cells: ['half'] };
    model.onTyped();
    await vi.advanceTimersByTimeAsync(PAUSE - 1);
    paper.content = { cells: ['whole'] };
    model.onTyped();
    await vi.advanceTimersByTimeAsync(PAUSE);
    expect([server.count('check'), server.last('check').content]).toEqual([1, { cells: ['whole'] }]);
    expect([paper.isDirty, paper.saves, server.count('collect')]).toEqual([true, saves, 1]);
    expect(ids()).toEqual(['SEC1', 'ENV2']);
    expect(model.obstacle).toBe('checks');
  });

  it('leave what was found where they fail, and never stand in the way', async () => {
    server.checked = new ApiError({ error: 'DamagedNotebook', message: 'No.', hint: '' }, 400);
    model.onTyped();
    await vi.advanceTimersByTimeAsync(PAUSE);
    expect([ids(), model.problem, model.isLooking]).toEqual([['DAT1', 'ENV2'], null, false]);
  });

  it('give way to a look, which knows more', async () => {
    model.onTyped();
    await model.look();
    await vi.advanceTimersByTimeAsync(PAUSE);
    expect([server.count('check'), ids()]).toEqual([0, ['DAT1', 'ENV2']]);
  });

  it('wait for a save where the notebook is very large', async () => {
    paper.content = { cells: ['x'.repeat(MOST)] };
    model.onTyped();
    await vi.advanceTimersByTimeAsync(PAUSE);
    expect(server.count('check')).toBe(0);
  });
});
