/**
 * Badge and Deposit in an open notebook: written into its shared model, by the same rules as `badge.stamp` of the Python side.
 */
import type { ISharedCell, ISharedNotebook } from '@jupyter/ydoc';
import type { IDeposit, IStamp } from './types';

/** The key in the metadata of a notebook, and of its badge cell, under which all of ours stands. */
export const KEY = 'zenodo_jupyter';

// One badge, so that words that a person put beside it survive an update.
const BADGE = /\[!\[DOI[^\]]*\]\([^)\s]*\)\]\((?:<[^>]*>|[^)\s]*)\)/;
const HEADING = /^ {0,3}#{1,6}\s+\S|^[^\s\-=].*\n {0,3}(?:=+|-{2,})\s*$|<h[1-6][\s>]/im;
const FENCED = /^(```|~~~)[^]*?^\1/gm;

/**
 * Put badge and Deposit into a notebook, in one transaction.
 *
 * The one badge cell is found by its metadata and updated in place; a new one goes below the title, or to the top. All other
 * cells stay untouched. Putting the same in again changes nothing.
 *
 * @returns Whether anything was changed.
 */
export function putStamp(notebook: ISharedNotebook, stamp: IStamp): boolean {
  if (hasStamp(notebook, stamp)) {
    return false;
  }
  notebook.transact(() => {
    notebook.setMetadata(KEY, { ...ours(notebook.getMetadata()), deposit: { ...stamp.deposit } });
    const [first, ...copies] = notebook.cells.filter(isBadge);
    for (const cell of copies) {
      takeOut(notebook, cell);
    }
    if (first) {
      first.setSource(updated(first.getSource(), stamp.badge));
    } else {
      notebook.insertCell(placeOf(notebook.cells), {
        cell_type: 'markdown',
        id: freeId(notebook.cells),
        metadata: { [KEY]: { badge: true } },
        source: stamp.badge
      });
    }
  }, false);
  return true;
}

/** Whether a notebook has this very badge, once, and this Deposit. */
export function hasStamp(notebook: ISharedNotebook, stamp: IStamp): boolean {
  const badges = notebook.cells.filter(isBadge);
  const there = readDeposit(notebook);
  return (
    badges.length === 1 &&
    badges[0].getSource().includes(stamp.badge) &&
    Object.entries(stamp.deposit).every(([name, value]) => there?.[name as keyof IDeposit] === value)
  );
}

/** The record that a notebook remembers, if it does. */
export function readDeposit(notebook: ISharedNotebook): IDeposit | null {
  const deposit = ours(notebook.getMetadata()).deposit as IDeposit | undefined;
  return deposit?.record_id ? deposit : null;
}

/** Whether a cell is the badge cell, by its metadata. */
export function isBadge(cell: ISharedCell): boolean {
  return isBadgeJson({ cell_type: cell.cell_type, metadata: cell.getMetadata() });
}

/** Whether a cell of a file is the badge cell. */
export function isBadgeJson(cell: { cell_type?: unknown; metadata?: unknown }): boolean {
  return cell.cell_type === 'markdown' && ours(cell.metadata).badge === true;
}

/** Position of the badge cell, or -1. */
export function badgeIndex(notebook: ISharedNotebook): number {
  return notebook.cells.findIndex(isBadge);
}

function ours(metadata: unknown): Record<string, unknown> {
  const value = (metadata as Record<string, unknown> | undefined)?.[KEY];
  return value && typeof value === 'object' ? (value as Record<string, unknown>) : {};
}

function updated(source: string, badge: string): string {
  // A function, since a replacement text would give meaning to `$`.
  return BADGE.test(source) ? source.replace(BADGE, () => badge) : [badge, source].filter(Boolean).join('\n\n');
}

/** Remove a badge cell that is one too many; where a person wrote more into it, only the badge and the mark. */
function takeOut(notebook: ISharedNotebook, cell: ISharedCell): void {
  const rest = cell.getSource().replace(BADGE, '').trim();
  if (rest) {
    cell.setSource(rest);
    cell.deleteMetadata(KEY);
  } else {
    notebook.deleteCell(notebook.cells.findIndex(other => other === cell));
  }
}

/** Where a new badge cell goes: below the title, else on top, but below front matter in a raw cell. */
function placeOf(cells: readonly ISharedCell[]): number {
  const title = cells.findIndex(
    cell => cell.cell_type === 'markdown' && HEADING.test(cell.getSource().replace(FENCED, ''))
  );
  if (title >= 0) {
    return title + 1;
  }
  return cells[0]?.cell_type === 'raw' ? 1 : 0;
}

function freeId(cells: readonly ISharedCell[]): string {
  const taken = new Set(cells.map(cell => cell.getId()));
  let id = 'zenodo-badge';
  for (let number = 2; taken.has(id); number++) {
    id = `zenodo-badge-${number}`;
  }
  return id;
}
