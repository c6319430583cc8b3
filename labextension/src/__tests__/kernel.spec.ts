import { describe, expect, it, vi } from 'vitest';
import { hear, isAt } from '../kernel';

type Asked = Parameters<typeof hear>[4];

describe('isAt', () => {
  it('finds the notebook of a path on the disk, also on Windows, and no other of the same name', () => {
    expect(isAt('work/rain.ipynb', '/home/ada/work/rain.ipynb')).toBe(true);
    expect(isAt('work/rain.ipynb', 'C:\\Users\\ada\\work\\rain.ipynb')).toBe(true);
    expect(isAt('rain.ipynb', '/home/ada/terrain.ipynb')).toBe(false);
    expect(isAt('old/rain.ipynb', '/home/ada/work/rain.ipynb')).toBe(false);
  });
});

describe('hear', () => {
  it('leaves all notebooks alone when the one that is meant is not open', async () => {
    const tracker = { find: () => undefined };
    const comm = { send: vi.fn(), isDisposed: false };
    await hear(tracker, {} as never, {} as never, comm, { op: 'save', path: '/elsewhere/rain.ipynb' } as Asked);
    expect(comm.send).not.toHaveBeenCalled();
  });

  it('tells the path at once and whenever the notebook is renamed', async () => {
    let renamed: () => void = () => undefined;
    const context = { localPath: 'a.ipynb', pathChanged: { connect: (told: () => void) => (renamed = told) } };
    const comm = { send: vi.fn(), isDisposed: false };
    await hear({ find: () => undefined }, {} as never, { context } as never, comm, { op: 'path' });
    context.localPath = 'b.ipynb';
    renamed();
    expect(comm.send.mock.calls.map(([data]) => data.path)).toEqual(['a.ipynb', 'b.ipynb']);
  });
});
