/**
 * What the next version changes: cells, files, and what is said of them.
 */
import * as React from 'react';
import { useNotebook, usePanel } from './context';
import { sizeOf } from './words';

/** How a file differs from the version before: its sign is said in words, too. */
type Change = 'added' | 'changed' | 'removed';
const SIGNS: { readonly [change in Change]: string } = { added: '+', changed: '≠', removed: '−' };

export function Changes(): JSX.Element {
  const { trans, places } = usePanel();
  const { model } = useNotebook();
  const plan = model.plan!;
  const standing = model.standing!;
  const sizes = new Map(plan.files.map(file => [file.key, file.size]));
  const added = new Set(standing.added_files);
  const changeOf = (key: string): Change => (added.has(key) ? 'added' : sizes.has(key) ? 'changed' : 'removed');
  const files = standing.changed_files.map(key => ({ key, change: changeOf(key) }));
  const count = (change: Change) => files.filter(file => file.change === change).length;
  const words = { added: trans.__('added'), changed: trans.__('changed'), removed: trans.__('removed') };
  const fields = places.fields.filter(field => plan.changed_fields?.includes(field.name)).map(field => field.label);
  const sums = [
    standing.changed_cells && trans._n('%1 cell changed', '%1 cells changed', standing.changed_cells),
    count('added') && trans._n('%1 file added', '%1 files added', count('added')),
    count('changed') && trans._n('%1 file changed', '%1 files changed', count('changed')),
    count('removed') && trans._n('%1 file removed', '%1 files removed', count('removed'))
  ].filter(Boolean);
  return (
    <>
      <p className="zj-sub zj-below">
        {trans.__('Since version %1:', standing.next_index - 1)} {sums.join(', ') || trans.__('no cell and no file changed')}.
      </p>
      {files.length > 0 && (
        <ul className="zj-diff">
          {files.map(({ key, change }) => (
            <li key={key}>
              <span className="zj-sign">
                <b aria-hidden="true">{SIGNS[change]}</b>
                {words[change]}
              </span>
              <span className="zj-fname">{key}</span>
              <span className="zj-size">{change === 'removed' ? '—' : sizeOf(sizes.get(key) ?? 0)}</span>
            </li>
          ))}
        </ul>
      )}
      {fields.length > 0 && (
        <p className="zj-sub zj-below">{trans.__('Said otherwise: %1.', fields.join(', '))}</p>
      )}
    </>
  );
}
