/**
 * Mark in open notebooks what became of each cell's outputs.
 */
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import { wordsOf } from './mime';
import type { IOutputVerdict } from './types';

/** From the worst down; a cell with several outputs is marked by its worst. */
const WORST = ['failed', 'missing', 'differs', 'unsteady', 'extra', 'close', 'same'];

/** The worst verdict of each cell, by its id or, where the notebook has none, its place. */
export function worstOf(outputs: readonly IOutputVerdict[]): Map<string | number, string> {
  const found = new Map<string | number, string>();
  for (const { cell_id, cell_index, verdict } of outputs) {
    const key = cell_id || cell_index;
    const before = found.get(key);
    if (before === undefined || WORST.indexOf(verdict) < WORST.indexOf(before)) {
      found.set(key, verdict);
    }
  }
  return found;
}

/** Mark the cells of a notebook; what is the same stays unmarked. Nothing in the notebook is changed. */
export async function mark(
  panel: Pick<NotebookPanel, 'context' | 'content'>,
  outputs: readonly IOutputVerdict[],
  trans: TranslationBundle
): Promise<void> {
  await panel.context.ready;
  const worst = worstOf(outputs);
  panel.content.widgets.forEach((cell, index) => {
    const verdict = worst.get(cell.model.id) ?? worst.get(index);
    if (verdict && verdict !== 'same') {
      cell.addClass('zj-marked');
      cell.node.dataset.zjVerdict = verdict;
      cell.node.dataset.zjWords = wordsOf(verdict, trans).join(' ');
    } else {
      cell.removeClass('zj-marked');
    }
  });
}
