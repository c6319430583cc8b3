/**
 * The page before publishing: what will happen, in words.
 */
import { caretLeftIcon, saveIcon } from '@jupyterlab/ui-components';
import * as React from 'react';
import { textOf, titleOf } from '../form';
import { licencesOf } from './about';
import { tickIcon, warnIcon } from '../icons';
import { isEmbedded, isPractice } from '../places';
import type { Json } from '../types';
import { readersOf } from './access';
import { AnonymousSwitch } from './anonymous';
import { Changes } from './changes';
import { useNotebook, usePanel } from './context';
import { Badge, Button, Facts, Icon, Link, Note } from './controls';
import { Rehearsal, RehearseButton, RehearsedLevel } from './rehearsal';
import { Practice } from './where';
import { dateOf, sizeOf } from './words';

export function Review(): JSX.Element {
  const { trans, places, focus } = usePanel();
  const { model, notebook, reveal } = useNotebook();
  const { plan, standing } = model;
  const row = places.repository(model.order.chosen.to);
  const isNext = !!standing?.previous_id;
  const [isAnonymous, setAnonymous] = React.useState(false);
  React.useEffect(() => {
    focus('zj-review');
    if (row) {
      // Without an answer the server asks, before anything is sent.
      places.askAccount(row.name).catch(() => undefined);
    }
  }, []);
  if (!plan || !standing || !row) {
    return <div className="zj-body" aria-busy="true" />;
  }
  const names = places.fields.find(field => field.name === 'creators')!;
  const authors = ((model.value('creators') as Json[]) ?? []).map(item => titleOf(names, item)).join('; ');
  const licences = licencesOf(model, places).join(', ');
  const warnings = plan.findings.filter(finding => finding.severity !== 'info').length;
  const size = plan.files.reduce((sum, file) => sum + file.size, 0);
  const readers = {
    everyone: trans.__('everyone, at once'),
    later: trans.__('everyone, from a date on'),
    chosen: trans.__('people you choose')
  };
  const account = places.accounts.get(row.name);
  const groups = { files: trans.__('Files'), about: trans.__('About'), where: trans.__('Where') };
  const change = (group: keyof typeof groups) => (
    <Link onClick={() => reveal(group)} aria-label={trans.__('Change: %1', groups[group])}>
      {trans.__('change')}
    </Link>
  );
  return (
    <>
      <div className="zj-body">
        <div className="zj-back">
          <Button kind="quiet" icon={caretLeftIcon} onClick={() => model.turn('edit')}>
            {trans.__('Back to editing')}
          </Button>
        </div>
        <div className="zj-sheet">
          <h3 className="zj-title" id="zj-review" tabIndex={-1}>
            {isNext
              ? trans.__('What version %1 changes', standing.next_index)
              : isEmbedded(row)
                ? trans.__('Publish on this computer')
                : trans.__('Publish on %1', row.title)}
          </h3>
          {isNext && <Changes />}
          <div className="zj-card">
            <p className="zj-worktitle">{textOf(model.value('title'))}</p>
            <p className="zj-sub zj-small">
              {isAnonymous ? trans.__('Anonymous') : authors} · {dateOf(textOf(model.value('publication_date')))}
            </p>
            {standing.state === 'stopped' && standing.doi && !isAnonymous && (
              <p className="zj-gap">
                <Badge doi={standing.doi} isPractice={isPractice(row, standing.doi)} />
                <span className="zj-sub zj-small"> {trans.__('This DOI is already reserved for you.')}</span>
              </p>
            )}
          </div>
          <div className="zj-gap2">
            <Facts
              rows={[
                [trans.__('Where'), <>{row.title} {row.practice && <Practice />} {change('where')}</>],
                ...(account ? [[trans.__('Account'), account] as [string, React.ReactNode]] : []),
                [trans.__('Files'), <>{plan.files.length}, {sizeOf(size)}; {trans._n('and %1 that is made for you', 'and %1 that are made for you', plan.made.length)} {change('files')}</>],
                [
                  trans.__('Who reads'),
                  isAnonymous ? (
                    trans.__('whoever has the secret link')
                  ) : (
                    <>
                      {readers[readersOf(model.value('access'))]} {change('where')}
                    </>
                  )
                ],
                [trans.__('Licence'), <>{licences || trans.__('none')} {change('about')}</>],
                [
                  trans.__('Checks'),
                  <>
                    <Icon icon={warnings ? warnIcon : tickIcon} className={warnings ? 'zj-warn' : 'zj-ok'} />{' '}
                    {warnings ? trans._n('%1 to look at', '%1 to look at', warnings) : trans.__('nothing in the way')}{' '}
                    {warnings > 0 && <Link onClick={() => reveal('checks')}>{trans.__('look')}</Link>}
                  </>
                ]
              ]}
            />
          </div>
          <h4>{trans.__('Rehearsal')}</h4>
          <Rehearsal />
          <AnonymousSwitch isOn={isAnonymous} onChange={setAnonymous} />
          {!isAnonymous && (
            <>
              <h4>{trans.__('In your notebook')}</h4>
              <p>
                {notebook.isReadOnly
                  ? trans.__('Nothing changes here, since it is read-only: the DOI badge stands in the published copy alone.')
                  : trans.__('A cell with the DOI badge below the title, here and in the published copy.')}
              </p>
            </>
          )}
          {!row.practice && !isAnonymous && (
            <>
              <h4>{trans.__('Later')}</h4>
              <p>{trans.__('New data or results become a new version; every version keeps its own DOI.')}</p>
            </>
          )}
        </div>
      </div>
      {isAnonymous ? <AnonymousFoot /> : <ReviewFoot />}
    </>
  );
}

/** The one button, where nothing is to be published. */
function AnonymousFoot(): JSX.Element {
  const { trans, focus } = usePanel();
  const { model } = useNotebook();
  const make = () => void model.publish(false, 'anonymous').then(() => focus('zj-copied', 'zj-state'));
  return (
    <div className="zj-foot">
      <p className="zj-foot-say is-plain" id="zj-foot-say">
        {trans.__('Nothing is published. The link can be shown again later.')}
      </p>
      <div className="zj-acts">
        <Button
          kind="main"
          className="zj-btn-wide zj-primary"
          aria-describedby="zj-foot-say"
          aria-disabled={!!model.obstacle || undefined}
          onClick={() => (model.obstacle ? model.turn('edit') : make())}
        >
          {trans.__('Make the anonymous copy')}
        </Button>
      </div>
    </div>
  );
}

/** The one button; what cannot be undone is asked in its place. */
function ReviewFoot(): JSX.Element {
  const { trans, places, focus } = usePanel();
  const { model } = useNotebook();
  const { standing, question } = model;
  const row = places.repository(model.order.chosen.to)!;
  const account = places.accounts.get(row.name);
  const isReal = !row.practice;
  const told = isReal && !!account;
  const reviewer = model.plan?.communities?.find((community, index) => index === 0 && !community.skips_review);
  const label =
    standing!.state === 'stopped' && !standing!.saved
      ? standing!.anonymous
        ? trans.__('Publish with names')
        : trans.__('Resume')
      : standing!.previous_id
        ? trans.__('Publish version %1', standing!.next_index)
        : reviewer
          ? trans.__('Submit to %1', reviewer.title)
          : trans.__('Publish');
  const publish = (yes: boolean) => {
    void model.publish(yes);
    focus('zj-state');
  };
  const save = () => {
    void model.publish(false, 'draft');
    focus('zj-state');
  };
  React.useEffect(() => {
    if (question) {
      focus('zj-yes');
    }
  }, [question]);
  if (question) {
    return (
      <div className="zj-foot" role="group" aria-labelledby="zj-question">
        <Note voice="warn" title={<span id="zj-question">{question}</span>} role="alert" />
        <div className="zj-acts zj-gap">
          <Button onClick={() => model.turn('review')}>{trans.__('Not yet')}</Button>
          <Button kind="main" className="zj-btn-wide zj-primary" id="zj-yes" data-final onClick={() => publish(true)}>
            {trans.__('Publish on %1', row.title)}
          </Button>
        </div>
      </div>
    );
  }
  return (
    <div className="zj-foot">
      <p className={`zj-foot-say ${told ? 'is-plain' : ''}`} id="zj-foot-say">
        {told && reviewer
          ? trans.__('Submit to %1 with account %2? It is public, and cannot be undone, as soon as they accept it.', reviewer.title, account)
          : told
            ? trans.__('Publish on %1 with account %2? The record and its DOI are public and cannot be undone.', row.title, account)
            : isReal
              ? trans.__('Publishing makes this public, and its DOI is for good.')
              : trans.__('For practice: the DOI is not registered anywhere.')}
      </p>
      <RehearsedLevel />
      <div className="zj-acts">
        <RehearseButton />
        <Button
          icon={saveIcon}
          aria-disabled={!!model.obstacle || undefined}
          onClick={() => (model.obstacle ? model.turn('edit') : save())}
        >
          {trans.__('Save draft')}
        </Button>
        <Button
          kind="main"
          className="zj-btn-wide zj-primary"
          aria-describedby="zj-foot-say"
          aria-disabled={!!model.obstacle || undefined}
          data-final
          onClick={() => (model.obstacle ? model.turn('edit') : publish(told))}
        >
          {label}
        </Button>
      </div>
    </div>
  );
}
