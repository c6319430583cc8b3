/**
 * Find: by a DOI, or by words; look at what was found, get it into a folder, open it.
 */
import { caretLeftIcon, notebookIcon, searchIcon } from '@jupyterlab/ui-components';
import * as React from 'react';
import { meansOneRecord } from '../searching';
import type { IHit } from '../types';
import { usePanel } from './context';
import { Button, Link, Note, Problem } from './controls';
import { Found } from './found';
import { Bar } from './progress';
import { ReproducingFoot } from './reproducing';
import { Repositories, Results } from './results';
import { authorsOf, dateOf, sizeOf } from './words';

export function Opening(): JSX.Element {
  const { trans, getting, searching, places, focus } = usePanel();
  const { problem, found } = getting;
  const [text, setText] = React.useState(getting.text || searching.words);
  const look = (what: string) => {
    if (meansOneRecord(what)) {
      void getting.look(what).then(() => getting.found && focus('zj-found'));
    } else {
      getting.leave();
      void searching.look(what).then(() => focus('zj-hits'));
    }
  };
  React.useEffect(() => setText(getting.text || searching.words), [getting.text, searching.words]);
  const hasList = searching.isAnswered || searching.isLooking;
  return (
    <>
      <div className="zj-body">
        <form
          className="zj-pad"
          role="search"
          onSubmit={event => {
            event.preventDefault();
            look(text);
          }}
        >
          <label htmlFor="zj-doi" className="zj-label">
            {trans.__('DOI or words')}
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
                const pasted = event.clipboardData.getData('text').trim();
                if (meansOneRecord(pasted)) {
                  event.preventDefault();
                  setText(pasted);
                  look(pasted);
                }
              }}
            />
            <Button icon={searchIcon} type="submit">
              {trans.__('Look')}
            </Button>
          </div>
          <p className="zj-hint" id="zj-doi-hint">
            {trans.__('A DOI in any spelling, a link, the text of a badge; or words, to search in:')}
          </p>
          <Repositories searching={searching} />
        </form>
        <div className="zj-pad" aria-live="polite" aria-busy={getting.isLooking}>
          {(found || problem) && hasList && (
            <Button
              kind="quiet"
              icon={caretLeftIcon}
              onClick={() => {
                getting.leave();
                focus('zj-hits');
              }}
            >
              {trans.__('Back to the list')}
            </Button>
          )}
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
        {!found && !problem && !getting.isLooking && hasList && (
          <Results searching={searching} id="zj-hits" nothing={trans.__('No record has these words.')}>
            {hit => <Hit hit={hit} />}
          </Results>
        )}
      </div>
      {found && <OpeningFoot />}
    </>
  );
}

/** A record that the search found. */
function Hit(props: { hit: IHit }): JSX.Element {
  const { trans, getting, focus } = usePanel();
  const { hit } = props;
  const size = hit.files.reduce((sum, file) => sum + file.size, 0);
  const facts = [
    authorsOf(hit),
    dateOf(String(hit.metadata.publication_date ?? hit.created)),
    ...(hit.files.length ? [trans._n('%1 file, %2', '%1 files, %2', hit.files.length, sizeOf(size))] : [])
  ];
  const look = () => void getting.look(hit.doi ?? hit.id, hit.repository).then(() => focus('zj-found'));
  return (
    <button type="button" className="zj-hit-head" onClick={look}>
      <span className="zj-name">{hit.title}</span>
      <span className="zj-sum">{facts.filter(Boolean).join(' · ')}</span>
    </button>
  );
}

function OpeningFoot(): JSX.Element {
  const { trans, getting, reproducing, openFile, focus } = usePanel();
  const { job, got, files, found } = getting;
  if (reproducing.job || reproducing.problem || reproducing.isChoosing) {
    return <ReproducingFoot />;
  }
  // Whatever can be opened can be run again; what it needs is asked for there.
  const again = found!.record.files.some(file => /\.(ipynb|zip)$/.test(file.key)) && (
    <Button className="zj-btn-wide" onClick={() => void reproducing.begin().then(() => focus('zj-which', 'zj-consent', 'zj-verdict'))}>
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
