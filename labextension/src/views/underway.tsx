/**
 * What is under way: what runs and how far it is, what can be resumed, what can be discarded.
 */
import { PathExt } from '@jupyterlab/coreutils';
import { notebookIcon } from '@jupyterlab/ui-components';
import * as React from 'react';
import { markIcons } from '../icons';
import { isEmbedded } from '../places';
import type { IJob, IUnderway } from '../types';
import { keyOf } from '../underway';
import { usePanel } from './context';
import { Away, Button, Icon, Problem } from './controls';
import { Discard } from './discard';
import { Bar } from './progress';
import { Practice } from './where';

/** Stands above one's records; nothing where nothing is under way. */
export function UnderwayList(): JSX.Element | null {
  const { trans, underway, mine } = usePanel();
  React.useEffect(() => void underway.look(), []);
  const items = underway.items.filter(item => !mine.from || item.repository === mine.from);
  const problems = [...underway.problems].filter(([name]) => !mine.problems.has(name));
  if (!items.length && !underway.jobs.length && !problems.length) {
    return null;
  }
  return (
    <section aria-labelledby="zj-underway">
      <h3 className="zj-head zj-pad" id="zj-underway" tabIndex={-1}>
        {trans.__('Under way')}
      </h3>
      {problems.map(([name, error]) => (
        <div key={name} className="zj-pad">
          <Problem error={error} />
        </div>
      ))}
      <ul className="zj-hits">
        {underway.jobs.map(job => (
          <li key={job.id}>
            <Running job={job} />
          </li>
        ))}
        {items.map(item => (
          <li key={keyOf(item)}>
            <Item item={item} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Running(props: { job: IJob }): JSX.Element {
  const { trans, underway } = usePanel();
  const { job } = props;
  const of = String(job.params.path ?? job.params.doi ?? '');
  const names: { [kind: string]: string } = {
    publish: trans.__('Publishing'),
    edit: trans.__('Changing the description'),
    rehearse: trans.__('Rehearsing'),
    get: trans.__('Getting the files'),
    reproduce: trans.__('Running it again')
  };
  const name = names[job.kind] ?? job.kind;
  return (
    <div className="zj-underway">
      <p className="zj-name">{name}</p>
      <p className="zj-sum">{of}</p>
      <Bar progress={job.progress} label={`${name}: ${of}`} />
      <Ways notebook={job.params.path ? String(job.params.path) : null}>
        <Button className="zj-btn-s" aria-label={trans.__('Cancel: %1', of)} onClick={() => void underway.cancel(job)}>
          {trans.__('Cancel')}
        </Button>
      </Ways>
    </div>
  );
}

function Item(props: { item: IUnderway }): JSX.Element {
  const { trans, places, underway, focus } = usePanel();
  const { item } = props;
  const [isAsking, setAsking] = React.useState(false);
  const row = places.repository(item.repository);
  const mark = { running: 'uploading', stopped: 'stopped', lost: 'draft' }[item.state] as 'uploading' | 'stopped' | 'draft';
  const name = item.title || (item.notebook ? PathExt.basename(item.notebook) : '') || trans.__('Without a title');
  return (
    <div className="zj-underway zj-hit">
      <p className="zj-name">{name}</p>
      <p className="zj-sum">
        <Icon icon={markIcons[mark]} className="zj-mark" /> {item.words} {row?.practice && <Practice />}
      </p>
      {item.doi && <p className="zj-mono zj-small">{item.doi}</p>}
      {isAsking ? (
        <Discard
          onKeep={() => setAsking(false)}
          onDiscard={() => void underway.discard(item).then(() => focus('zj-underway', 'zj-mine'))}
        />
      ) : (
        <Ways notebook={item.notebook} canResume={item.state === 'stopped'}>
          {item.draft_id && item.state !== 'running' && (
            <Button className="zj-btn-s" aria-label={trans.__('Discard %1 …', name)} onClick={() => setAsking(true)}>
              {trans.__('Discard …')}
            </Button>
          )}
          {item.html_url && !(row && isEmbedded(row)) && (
            <Away href={item.html_url} className="zj-small">
              {trans.__('Its page')}
            </Away>
          )}
        </Ways>
      )}
    </div>
  );
}

/** The ways on, of which the first leads to the notebook, where there is one. */
function Ways(props: { notebook: string | null; canResume?: boolean; children: React.ReactNode }): JSX.Element {
  const { trans, openFile, turn, focus } = usePanel();
  const { notebook, canResume } = props;
  const goOn = async () => {
    await openFile(notebook!);
    turn('notebook');
    focus('zj-state');
  };
  return (
    <div className="zj-row zj-gap">
      {notebook && (
        <Button className="zj-btn-s" icon={notebookIcon} onClick={() => void goOn()}>
          {canResume ? trans.__('Resume …') : trans.__('Open the notebook')}
        </Button>
      )}
      {props.children}
    </div>
  );
}
