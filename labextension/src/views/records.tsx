/**
 * My records: drafts and records of all repositories, and how to go on with each.
 */
import { notebookIcon } from '@jupyterlab/ui-components';
import * as React from 'react';
import { markIcons } from '../icons';
import { isEmbedded } from '../places';
import type { IHit } from '../types';
import { usePanel } from './context';
import { Away, Button, Icon } from './controls';
import { Discard } from './discard';
import { RequestsList } from './requests';
import { Repositories, Results } from './results';
import { UnderwayList } from './underway';
import { Practice } from './where';
import { dateOf } from './words';

/** Milliseconds without a key before the repositories are asked. */
const PAUSE = 300;

export function Records(): JSX.Element {
  const { trans, mine, underway } = usePanel();
  const [words, setWords] = React.useState(mine.words);
  const [open, setOpen] = React.useState('');
  React.useEffect(() => {
    if (mine.isAnswered && words.trim() === mine.words) {
      return;
    }
    const timer = setTimeout(() => void mine.look(words), mine.isAnswered ? PAUSE : 0);
    return () => clearTimeout(timer);
  }, [words]);
  return (
    <div className="zj-body">
      <div className="zj-pad">
        <input
          id="zj-mine"
          type="search"
          className="zj-in jp-mod-styled"
          aria-label={trans.__('Search my records')}
          placeholder={trans.__('Search my records')}
          value={words}
          onChange={event => setWords(event.target.value)}
        />
        <div className="zj-gap">
          <Repositories searching={mine} all={trans.__('All repositories')} />
        </div>
      </div>
      <RequestsList />
      <UnderwayList />
      <Results
        searching={mine}
        id="zj-mine-found"
        nothing={trans.__('No drafts and no records.')}
        isElsewhere={hit => underway.has(hit.repository, hit.id)}
      >
        {hit => (
          <Mine
            hit={hit}
            isOpen={open === `${hit.repository} ${hit.id}`}
            onToggle={isOpen => setOpen(isOpen ? `${hit.repository} ${hit.id}` : '')}
          />
        )}
      </Results>
    </div>
  );
}

function Mine(props: { hit: IHit; isOpen: boolean; onToggle: (isOpen: boolean) => void }): JSX.Element {
  const { trans, places } = usePanel();
  const { hit, isOpen } = props;
  const row = places.repository(hit.repository);
  const mark = hit.stopped ? 'stopped' : hit.state === 'draft' ? 'draft' : 'published';
  const words = {
    stopped: trans.__('stopped, can be resumed'),
    draft: trans.__('draft'),
    published: trans.__('published, version %1', hit.index)
  }[mark];
  return (
    <div className={`zj-hit ${isOpen ? 'is-open' : ''}`}>
      <button type="button" className="zj-hit-head" aria-expanded={isOpen} onClick={() => props.onToggle(!isOpen)}>
        <span className="zj-name">{hit.title || trans.__('Without a title')}</span>
        <span className="zj-sum">
          <Icon icon={markIcons[mark]} className="zj-mark" /> {words} · {row?.title ?? hit.repository}{' '}
          {row?.practice && <Practice />} · {dateOf(hit.updated)}
        </span>
        {hit.notebook && <span className="zj-sum">{hit.notebook}</span>}
      </button>
      {isOpen && <Ways hit={hit} />}
    </div>
  );
}

/** How to go on with a draft or record. */
function Ways(props: { hit: IHit }): JSX.Element {
  const { trans, places, mine, getting, openFile, turn, describe, focus, linkNotebook, current } = usePanel();
  const { hit } = props;
  const [isAsking, setAsking] = React.useState(false);
  const row = places.repository(hit.repository);
  const isDraft = hit.state === 'draft';
  const goOn = async () => {
    await openFile(hit.notebook!);
    turn('notebook');
    focus('zj-state');
  };
  const edit = async () => {
    await openFile(hit.notebook!);
    describe();
  };
  const look = () => {
    turn('opening');
    void getting.look(hit.doi ?? hit.id, hit.repository).then(() => focus('zj-found'));
  };
  if (isAsking) {
    const discard = () => void mine.discard(hit).then(() => focus('zj-mine-found'));
    return <Discard onKeep={() => setAsking(false)} onDiscard={discard} />;
  }
  return (
    <div className="zj-hit-ways">
      {hit.doi && <p className="zj-mono zj-small">{hit.doi}</p>}
      <div className="zj-row zj-gap">
        {hit.notebook && (
          <Button kind={hit.stopped ? 'main' : undefined} className="zj-btn-s" icon={notebookIcon} onClick={() => void goOn()}>
            {hit.stopped ? trans.__('Resume …') : trans.__('Open the notebook')}
          </Button>
        )}
        {!isDraft && hit.notebook && (
          <Button className="zj-btn-s" onClick={() => void edit()}>
            {trans.__('Edit the description …')}
          </Button>
        )}
        {!isDraft && (
          <Button className="zj-btn-s" onClick={look}>
            {trans.__('Files …')}
          </Button>
        )}
        {!isDraft && linkNotebook && hit.notebook !== current && (
          <Button className="zj-btn-s" onClick={() => linkNotebook(hit.repository, hit.doi ?? hit.id)}>
            {trans.__('Make this notebook its next version …')}
          </Button>
        )}
        {isDraft && (
          <Button className="zj-btn-s" onClick={() => setAsking(true)}>
            {trans.__('Discard …')}
          </Button>
        )}
        {hit.html_url && !(isDraft && row && isEmbedded(row)) && (
          <Away href={places.api.landingPage(row, hit)} className="zj-small">
            {trans.__('Its page')}
          </Away>
        )}
      </div>
    </div>
  );
}
