/**
 * Open by DOI: paste, look, get into a folder, open.
 */
import { fileIcon, notebookIcon, searchIcon } from '@jupyterlab/ui-components';
import * as React from 'react';
import type { IRecord } from '../types';
import { usePanel } from './context';
import { Away, Badge, Button, Facts, Icon, Link, Note, Problem } from './controls';
import { Bar } from './progress';
import { ReproducingFoot } from './reproducing';
import { authorsOf, dateOf, sizeOf } from './words';

export function Opening(): JSX.Element {
  const { trans, getting, places, focus } = usePanel();
  const { problem, found } = getting;
  const [text, setText] = React.useState(getting.text);
  const look = (what: string) => void getting.look(what).then(() => getting.found && focus('zj-found'));
  React.useEffect(() => setText(getting.text), [getting.text]);
  return (
    <>
      <div className="zj-body">
        <form
          className="zj-pad"
          onSubmit={event => {
            event.preventDefault();
            look(text);
          }}
        >
          <label htmlFor="zj-doi" className="zj-label">
            {trans.__('DOI of a record')}
          </label>
          <div className="zj-with-button">
            <input
              id="zj-doi"
              className="zj-in jp-mod-styled"
              value={text}
              placeholder="10.5281/zenodo.1234567"
              aria-describedby="zj-doi-hint"
              onChange={event => setText(event.target.value)}
              onPaste={event => {
                event.preventDefault();
                const pasted = event.clipboardData.getData('text').trim();
                setText(pasted);
                look(pasted);
              }}
            />
            <Button icon={searchIcon} type="submit">
              {trans.__('Look')}
            </Button>
          </div>
          <p className="zj-hint" id="zj-doi-hint">
            {trans.__('Any spelling: a DOI, a link, the text of a badge.')}
          </p>
        </form>
        <div className="zj-pad" aria-live="polite" aria-busy={getting.isLooking}>
          {getting.isLooking && <p className="zj-sub">{trans.__('Looking …')}</p>}
          {problem?.name === 'NeedsConsent' ? (
            <Note voice="warn" title={problem.message}>
              <div className="zj-row zj-gap">
                {places.repositories.map(row => (
                  <Button key={row.name} className="zj-btn-s" onClick={() => getting.lookIn(row.name)}>
                    {row.title}
                  </Button>
                ))}
              </div>
            </Note>
          ) : (
            problem && <Problem error={problem} />
          )}
          {found && <Found record={found.record} />}
        </div>
      </div>
      {found && <OpeningFoot />}
    </>
  );
}

function Found(props: { record: IRecord }): JSX.Element {
  const { trans, places, getting } = usePanel();
  const { record } = props;
  const { repository, concept } = getting.found!;
  const row = places.repository(repository);
  const isBusy = getting.isActive || !!getting.got;
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
        <Badge doi={record.doi ?? ''} isPractice={!row?.registered_dois} />
      </p>
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
          <li key={file.key} className="zj-file">
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
          </li>
        ))}
      </ul>
    </article>
  );
}

function OpeningFoot(): JSX.Element {
  const { trans, getting, reproducing, openFile, focus } = usePanel();
  const { job, got, files, found } = getting;
  if (reproducing.job || reproducing.problem) {
    return <ReproducingFoot />;
  }
  // Whatever can be opened can be run again; what it needs is asked for there.
  const again = found!.record.files.some(file => /\.(ipynb|zip)$/.test(file.key)) && (
    <Button className="zj-btn-wide" onClick={() => void reproducing.start().then(() => focus('zj-consent', 'zj-verdict'))}>
      {trans.__('Run it again …')}
    </Button>
  );
  const open = () => got?.notebook && void openFile(got.notebook);
  const get = async () => {
    await getting.get();
    const notebook = getting.got?.notebook;
    if (notebook) {
      await openFile(notebook);
    }
    focus('zj-open');
  };
  if (getting.isActive) {
    return (
      <div className="zj-foot">
        <Bar progress={job!.progress} label={trans.__('Getting the files')} />
        <div className="zj-acts zj-gap">
          <Button className="zj-btn-wide" onClick={() => void getting.cancel()}>
            {trans.__('Cancel')}
          </Button>
        </div>
      </div>
    );
  }
  if (got) {
    return (
      <div className="zj-foot">
        <p className="zj-foot-say" role="status">
          {trans._n('%1 file is in %2, every checksum right.', '%1 files are in %2, every checksum right.', got.files.length, got.folder)}
        </p>
        {got.notebook && (
          <div className="zj-acts">
            <Button kind="main" className="zj-btn-wide zj-primary" id="zj-open" icon={notebookIcon} onClick={open}>
              {trans.__('Open the notebook')}
            </Button>
            {again}
          </div>
        )}
      </div>
    );
  }
  const size = files.reduce((sum, file) => sum + file.size, 0);
  return (
    <div className="zj-foot">
      {job?.error && <Problem error={job.error} />}
      <Into />
      <div className="zj-acts zj-gap">
        <Button
          kind="main"
          className="zj-btn-wide zj-primary"
          aria-disabled={!files.length || undefined}
          onClick={() => files.length && void get()}
        >
          {job ? trans.__('Try again') : trans._n('Get %1 file, %2', 'Get %1 files, %2', files.length, sizeOf(size))}
        </Button>
        {again}
      </div>
    </div>
  );
}

/** The folder that the files go into; changed where one wants another. */
function Into(): JSX.Element {
  const { trans, getting } = usePanel();
  const [isOpen, setOpen] = React.useState(false);
  return isOpen ? (
    <div>
      <label htmlFor="zj-folder" className="zj-label">
        {trans.__('Folder')}
      </label>
      <input
        id="zj-folder"
        className="zj-in jp-mod-styled"
        value={getting.folder}
        onChange={event => getting.into(event.target.value)}
      />
    </div>
  ) : (
    <p className="zj-small">
      {trans.__('into')} <span className="zj-mono">{getting.folder}/</span>{' '}
      <Link onClick={() => setOpen(true)}>{trans.__('change')}</Link>
    </p>
  );
}
