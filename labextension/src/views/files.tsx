/**
 * The group Files: what goes, why, and what is left out.
 */
import { PathExt } from '@jupyterlab/coreutils';
import { addIcon, fileIcon, folderIcon, imageIcon, markdownIcon, notebookIcon, spreadsheetIcon } from '@jupyterlab/ui-components';
import type { LabIcon } from '@jupyterlab/ui-components';
import * as React from 'react';
import type { IFileEntry } from '../types';
import { useNotebook, usePanel } from './context';
import { Button, Fold, Icon, Link, Listed } from './controls';
import { GroupBox } from './group';
import { sizeOf, unknownOf } from './words';

const ICONS: [RegExp, LabIcon][] = [
  [/\.ipynb$/i, notebookIcon],
  [/\.(csv|tsv|xlsx?|parquet|ods)$/i, spreadsheetIcon],
  [/\.(png|jpe?g|gif|svg|webp|tiff?)$/i, imageIcon],
  [/\.md$/i, markdownIcon]
];
/** What the server says of a file that was unticked. */
const UNTICKED = /^excluded by /;

export function Files(): JSX.Element {
  const { trans, places, chooseFiles } = usePanel();
  const { model, notebook } = useNotebook();
  const { plan, order } = model;
  const files = plan?.files ?? [];
  const goes = new Set(files.map(file => file.key));
  const unticked = new Set(order.chosen.excluded.map(file => file.key));
  // In the order of their names, so that one that was unticked, and is no longer planned, stays where it was.
  const rows = [...files, ...order.chosen.excluded.filter(file => !goes.has(file.key))].sort(
    (a, b) => Number(b.role === 'notebook') - Number(a.role === 'notebook') || (a.key < b.key ? -1 : 1)
  );
  const out = (plan?.left_out ?? []).filter(item => !UNTICKED.test(item.reason));
  const made = plan?.made ?? [];
  const packed = plan?.packed ?? [];
  const inZips = packed.reduce((sum, zip) => sum + zip.files.length, 0);
  const here = PathExt.dirname(notebook.path);
  const ticked = rows.filter(row => isIn(row));
  const bytes = ticked.reduce((sum, file) => sum + file.size, 0);
  const row = places.repository(order.chosen.to);

  function isIn(file: IFileEntry): boolean {
    return !unticked.has(file.key);
  }

  const summary = [
    trans._n('%1 file', '%1 files', ticked.length) + ', ' + sizeOf(bytes),
    ...(out.length ? [trans._n('%1 left out', '%1 left out', out.length)] : [])
  ].join(' · ');
  const isOver = !!row && bytes > row.max_bytes;
  const take = (paths: string[]) => {
    const others = paths.filter(path => path !== notebook.path);
    if (others.length) {
      order.add(others);
      model.toggle('files', true);
    }
  };
  return (
    <GroupBox
      group="files"
      name={trans.__('Files')}
      summary={plan ? summary : unknownOf(model, trans)}
      onDrop={take}
      tally={plan && { voice: isOver ? 'bad' : 'ok', words: isOver ? trans.__('too much') : trans.__('ready') }}
    >
      <div className="zj-row zj-below">
        <Button icon={addIcon} onClick={() => void chooseFiles(here).then(take)}>
          {trans.__('Add files …')}
        </Button>
        <span className="zj-sub zj-small">{trans.__('or drag them here from the file browser')}</span>
      </div>
      {foldersOf(rows).map(([folder, inside]) =>
        folder ? (
          <Folder key={folder} name={folder} files={inside} isIn={isIn} />
        ) : (
          <Listed key="" className="zj-files" items={inside}>
            {file => <File key={file.key} file={file} isIn={isIn(file)} />}
          </Listed>
        )
      )}
      {made.length > 0 && (
        <Fold title={trans.__('Made for you')} aside={String(made.length)}>
          <Listed className="zj-files" items={made}>
            {file => (
              <li key={file.key} className="zj-file is-made">
                <Icon icon={iconOf(file.key)} />
                <span className="zj-fname">
                  {file.key}
                  <span className="zj-why">{file.reason}</span>
                </span>
              </li>
            )}
          </Listed>
        </Fold>
      )}
      {out.length > 0 && (
        <Fold title={trans.__('Left out')} aside={String(out.length)}>
          <Listed items={out}>
            {item => (
              <li key={item.name} className="zj-out">
                <span className="zj-fname">{item.name}</span>
                <span className="zj-why">
                  {item.reason} · <Link onClick={() => order.add([PathExt.join(here, item.name)])}>{trans.__('Add')}</Link>
                </span>
              </li>
            )}
          </Listed>
        </Fold>
      )}
      {packed.map(({ key, files }) => (
        <p key={key} className="zj-hint zj-gap">
          <Icon icon={fileIcon} />{' '}
          {trans._n(
            '%1 file goes into %2, since the record cannot hold it by itself. Who gets the record has it beside the notebook again.',
            '%1 files go into %2, since the record cannot hold all one by one. Who gets the record has them beside the notebook again.',
            files.length,
            key
          )}
        </p>
      ))}
      {row && <Meter bytes={bytes} files={ticked.length - inZips + packed.length + made.length} most={row.max_bytes} mostFiles={row.max_files} />}
    </GroupBox>
  );
}

function Folder(props: { name: string; files: IFileEntry[]; isIn: (file: IFileEntry) => boolean }): JSX.Element {
  const { trans } = usePanel();
  const { model } = useNotebook();
  const ticked = props.files.filter(props.isIn);
  const all = ticked.length === props.files.length;
  const box = React.useRef<HTMLInputElement>(null);
  React.useEffect(() => {
    box.current!.indeterminate = !all && ticked.length > 0;
  });
  return (
    <div role="group" aria-label={props.name}>
      <label className="zj-file">
        <input
          ref={box}
          type="checkbox"
          checked={all}
          onChange={event => model.order.tick(props.files, event.target.checked)}
        />
        <Icon icon={folderIcon} />
        <span className="zj-fname">
          {props.name}
          <span className="zj-why">{trans._n('%1 file', '%1 files', props.files.length)}</span>
        </span>
        <span className="zj-size">{sizeOf(props.files.reduce((sum, file) => sum + file.size, 0))}</span>
      </label>
      <Listed className="zj-files is-inside" items={props.files}>
        {file => <File key={file.key} file={file} isIn={props.isIn(file)} shown={file.key.slice(props.name.length + 1)} />}
      </Listed>
    </div>
  );
}

function File(props: { file: IFileEntry; isIn: boolean; shown?: string }): JSX.Element {
  const { model } = useNotebook();
  const { file } = props;
  const id = `zj-file-${file.key}`;
  return (
    <li className="zj-file">
      <input
        id={id}
        type="checkbox"
        checked={props.isIn}
        disabled={file.role === 'notebook'}
        aria-describedby={`${id}-why`}
        onChange={event => model.order.tick([file], event.target.checked)}
      />
      <Icon icon={iconOf(file.key)} />
      <span className="zj-fname">
        <label htmlFor={id}>{props.shown ?? file.key}</label>
        <span className="zj-why" id={`${id}-why`}>
          <Reason text={file.reason} />
        </span>
      </span>
      <span className="zj-size">{sizeOf(file.size)}</span>
    </li>
  );
}

function iconOf(key: string): LabIcon {
  return ICONS.find(([pattern]) => pattern.test(key))?.[1] ?? fileIcon;
}

/** Why a file is in; a cell in it is a link to the cell. */
function Reason(props: { text: string }): JSX.Element {
  const { trans } = usePanel();
  const { notebook } = useNotebook();
  const parts = props.text.split(/cell \[(\d+)\]/);
  return (
    <>
      {parts.map((part, index) =>
        index % 2 ? (
          <Link key={index} onClick={() => notebook.showPrompt(Number(part))}>
            {trans.__('cell %1', part)}
          </Link>
        ) : (
          part
        )
      )}
    </>
  );
}

/** How much of what the repository takes is used. */
function Meter(props: { bytes: number; files: number; most: number; mostFiles: number }): JSX.Element {
  const { trans } = usePanel();
  return (
    <div className="zj-gap2">
      <div className="zj-meterline">
        <span>{trans.__('%1 of %2', sizeOf(props.bytes), sizeOf(props.most))}</span>
        <span>{trans.__('%1 of %2 files', props.files, props.mostFiles)}</span>
      </div>
      <div className="zj-meter" aria-hidden="true">
        <i style={{ width: `${Math.min(100, (100 * props.bytes) / props.most)}%` }} />
      </div>
    </div>
  );
}

/** Return the files by the first folder in their names; those without one first. */
function foldersOf(files: IFileEntry[]): [string, IFileEntry[]][] {
  const folders = new Map<string, IFileEntry[]>([['', []]]);
  for (const file of files) {
    const folder = file.key.includes('/') ? file.key.slice(0, file.key.indexOf('/')) : '';
    folders.set(folder, folders.get(folder) ?? []);
    folders.get(folder)!.push(file);
  }
  return [...folders];
}
