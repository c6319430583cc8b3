/**
 * A remedy in an open notebook: the cells as they should be, put into its shared model.
 */
import type { ISharedCell, ISharedCodeCell, ISharedNotebook } from '@jupyter/ydoc';
import { JSONExt, type PartialJSONObject, type PartialJSONValue } from '@lumino/coreutils';
import type { IDocument } from './act';
import { ApiError, type Api } from './api';
import type { IFinding, IRemedied } from './types';

const CHANGED_MEANWHILE = {
  error: 'CellChanged',
  message: 'The cell was changed at the same time, so it was left as it is.',
  hint: 'Try again.'
};

/**
 * Do about a finding what a button offers: the server works it out, the open notebook takes it.
 *
 * @returns What was done, in words.
 * @throws ApiError When it could not be done; nothing was changed then.
 */
export async function remedy(
  document: Pick<IDocument, 'path' | 'putCells'>,
  api: Pick<Api, 'remedy'>,
  finding: IFinding,
  name: string
): Promise<string> {
  const remedied = await api.remedy(document.path, finding, name);
  if (!document.putCells(remedied)) {
    throw new ApiError(CHANGED_MEANWHILE, 0);
  }
  return remedied.told;
}

/**
 * Put changed cells into a notebook, all or none.
 *
 * @returns Whether it was done; not where somebody changed one of the cells meanwhile, whose work would be lost.
 */
export function putCells(notebook: ISharedNotebook, remedied: IRemedied): boolean {
  const pairs = remedied.cells.map(change => ({ ...change, there: notebook.cells[change.index] }));
  if (!pairs.every(({ there, before }) => there?.getSource() === before)) {
    return false;
  }
  const put = () => {
    pairs.forEach(({ there, cell }) => change(there, cell));
    for (const [name, value] of differing(notebook.getMetadata(), remedied.metadata ?? {})) {
      notebook.setMetadata(name, value);
    }
  };
  if (notebook.disableDocumentWideUndoRedo) {
    put(); // each cell has an undo of its own, which a transaction of the notebook would keep it out of
  } else {
    notebook.transact(put);
  }
  return true;
}

function change(there: ISharedCell, cell: IRemedied['cells'][number]['cell']): void {
  if (there.getSource() !== cell.source) {
    there.setSource(cell.source);
  }
  const outputs = (cell.outputs ?? []) as unknown as ReturnType<ISharedCodeCell['getOutputs']>;
  if (there.cell_type === 'code' && !JSONExt.deepEqual((there as ISharedCodeCell).getOutputs() as never, outputs as never)) {
    (there as ISharedCodeCell).setOutputs(outputs);
  }
  for (const [name, value] of differing(there.getMetadata(), cell.metadata)) {
    there.setMetadata(name, value);
  }
}

/** Return the entries of new metadata that say something else than the old; whatever else is there stays. */
function differing(before: PartialJSONObject, after: PartialJSONObject): [string, PartialJSONValue][] {
  const entries = Object.entries(after) as [string, PartialJSONValue][];
  return entries.filter(([name, value]) => !JSONExt.deepEqual(before[name] ?? null, value));
}
