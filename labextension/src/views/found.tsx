/**
 * A record that was found: what it says of itself, and its files.
 */
import { addIcon, caretUpIcon, fileIcon, notebookIcon, searchIcon } from '@jupyterlab/ui-components';
import * as React from 'react';
import { isPractice } from '../places';
import type { IRecord } from '../types';
import { usePanel } from './context';
import { Away, Badge, Button, Facts, Icon } from './controls';
import { canBeShown, Preview } from './preview';
import { Said } from './said';
import { authorsOf, dateOf, sizeOf } from './words';

/** The code that loads one file of a record in an analysis. */
export function fetchCode(doi: string, key: string): string {
  return `from zenodo_jupyter import fetch\n\npath = fetch(${JSON.stringify(doi)}, ${JSON.stringify(key)})\npath`;
}

export function Found(props: { record: IRecord }): JSX.Element {
  const { trans, places, getting } = usePanel();
  const { record } = props;
  const { repository, concept } = getting.found!;
  const row = places.repository(repository);
  const licences = ((record.metadata.rights ?? []) as any[]).map(right => right?.title?.en ?? right?.id ?? '').join(', ');
  return (
    <article aria-labelledby="zj-found">
      <h3 className="zj-title" id="zj-found" tabIndex={-1}>
        {record.title}
      </h3>
      <p>
        {authorsOf(record)}
        {record.metadata.publication_date ? ` · ${dateOf(String(record.metadata.publication_date))}` : ''}
      </p>
      {concept && <p className="zj-sub">{trans.__('This DOI stands for all versions; shown is the newest, %1.', record.version || record.index)}</p>}
      {!concept && !record.is_latest && <p className="zj-sub">{trans.__('There is a newer version of it.')}</p>}
      <p className="zj-gap">
        <Badge doi={record.doi ?? ''} isPractice={isPractice(row, record.doi)} />
      </p>
      <Said html={String(record.metadata.description ?? '')} />
      <div className="zj-gap2" />
      <Facts
        rows={[
          [
            trans.__('Where'),
            <Away href={places.api.landingPage(row, record)}>{row?.title ?? repository}</Away>
          ],
          [trans.__('Licence'), licences || trans.__('none named')]
        ]}
      />
      <ul className="zj-files zj-gap">
        {record.files.map(file => (
          <File key={file.key} file={file} record={record} />
        ))}
      </ul>
    </article>
  );
}

/** A file: whether it is got, what is in it, and a cell that uses it. */
function File(props: { file: { key: string; size: number }; record: IRecord }): JSX.Element {
  const { trans, getting, insertCode } = usePanel();
  const { file, record } = props;
  const [isOpen, setOpen] = React.useState(false);
  const isBusy = getting.isActive || !!getting.got;
  const id = `zj-look-${file.key}`;
  return (
    <li className="zj-file is-found">
      <input
        type="checkbox"
        id={`zj-get-${file.key}`}
        checked={!getting.unticked.has(file.key)}
        disabled={isBusy}
        onChange={event => getting.tick(file.key, event.target.checked)}
      />
      <Icon icon={file.key.endsWith('.ipynb') ? notebookIcon : fileIcon} />
      <label className="zj-fname" htmlFor={`zj-get-${file.key}`}>
        {file.key}
      </label>
      <span className="zj-size">{sizeOf(file.size)}</span>
      {canBeShown(file.key) && (
        <Button
          kind="icon"
          icon={isOpen ? caretUpIcon : searchIcon}
          aria-label={trans.__('Look into %1', file.key)}
          aria-expanded={isOpen}
          aria-controls={isOpen ? id : undefined}
          onClick={() => setOpen(!isOpen)}
        />
      )}
      {insertCode && record.doi && (
        <Button
          kind="icon"
          icon={addIcon}
          aria-label={trans.__('Insert a cell that loads %1', file.key)}
          onClick={() => insertCode(fetchCode(record.doi!, file.key))}
        />
      )}
      {isOpen && <Preview id={id} repository={getting.found!.repository} record={record.id} name={file.key} />}
    </li>
  );
}
