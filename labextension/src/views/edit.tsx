/**
 * The page with the four groups, and the way on to the review.
 */
import * as React from 'react';
import { blockIcon } from '../icons';
import type { Group } from '../model';
import { About } from './about';
import { WithReviewers } from './anonymous';
import { Checks } from './checks';
import { useNotebook, usePanel } from './context';
import { Badge, Button, Facts, Icon, Link, Problem } from './controls';
import { PublishedFoot } from './editing';
import { Files } from './files';
import { Where } from './where';
import { isPractice } from '../places';
import { changesOf } from './words';

export function Edit(): JSX.Element {
  const { trans } = usePanel();
  const { model } = useNotebook();
  const { plan, problem, standing } = model;
  return (
    <>
      <div className="zj-body" aria-busy={model.isLooking}>
        {problem && !problem.errors.length && (
          <div className="zj-pad">
            <Problem error={problem} />
            <Link className="zj-gap" onClick={() => void model.look()}>
              {trans.__('Look again')}
            </Link>
          </div>
        )}
        <WithReviewers />
        <Saved />
        {standing?.state === 'changed' && (
          <div className="zj-pad">
            <Facts
              rows={[
                [trans.__('Changed'), changesOf(standing, trans)],
                [trans.__('Published'), <span className="zj-mono">{standing.doi}</span>]
              ]}
            />
          </div>
        )}
        {!plan && !problem ? (
          <Skeleton />
        ) : (
          <>
            <Files />
            <About />
            <Checks />
            <Where />
            {standing?.state === 'never' && (
              <p className="zj-pad zj-sub zj-small">
                {trans.__('Filled in from the notebook and the files beside it. Open a group to see or change anything.')}
              </p>
            )}
            {standing?.derived_from && (
              <p className="zj-pad zj-sub zj-small">
                {trans.__('This notebook comes from %1. Publishing makes a new record that names it; Where has the other choice.', standing.derived_from)}
              </p>
            )}
          </>
        )}
      </div>
      <EditFoot />
    </>
  );
}

/** Says that a draft is on the repository, with which DOI, and where it can be thrown away. */
function Saved(): JSX.Element | null {
  const { trans, places, turn } = usePanel();
  const { model } = useNotebook();
  const { standing } = model;
  if (!standing?.saved) {
    return null;
  }
  return (
    <div className="zj-pad">
      <Badge doi={standing.doi} isPractice={isPractice(places.repository(model.order.chosen.to), standing.doi)} />
      <p className="zj-sub zj-gap">
        {trans.__('This DOI is reserved, and all files are in the draft. Publishing goes on with it.')}{' '}
        <Link onClick={() => turn('records')}>{trans.__('Discard it in My records')}</Link>
      </p>
    </div>
  );
}

/** What will stand there, while the server is being asked for the first time. */
function Skeleton(): JSX.Element {
  const { trans } = usePanel();
  return (
    <div className="zj-skeleton" role="status" aria-label={trans.__('Looking at the notebook')}>
      {['files', 'about', 'checks', 'where'].map(name => (
        <div key={name} />
      ))}
    </div>
  );
}

function EditFoot(): JSX.Element {
  const { trans } = usePanel();
  const { model, reveal } = useNotebook();
  const { obstacle, standing, plan } = model;
  const isOffered = model.places.repository(model.order.chosen.to)?.can_sign_in;
  const missing = isOffered ? trans.__('You are not signed in.') : trans.__('A token is missing.');
  const words = { about: <AboutObstacle />, checks: model.blockers[0]?.message, where: missing, files: '' };
  const next = standing?.next_index ?? 1;
  const label =
    standing?.state === 'stopped'
      ? standing.anonymous
        ? trans.__('Review and publish with names …')
        : standing.saved
          ? trans.__('Review and publish …')
          : trans.__('Review and resume …')
      : standing?.state === 'changed' && next > 1
        ? trans.__('Review version %1 …', next)
        : trans.__('Review and publish …');
  const goTo = (group: Group) => {
    if (group === 'about') {
      reveal('about', 'zj-faults');
    } else if (group === 'checks') {
      reveal('checks', `zj-finding-${model.blockers[0].id}`);
    } else {
      reveal('where', `zj-token-${model.places.repository(model.order.chosen.to)?.name}`);
    }
  };
  const isBlocked = !plan || !!obstacle;
  if (standing?.state === 'waiting') {
    return (
      <div className="zj-foot">
        <p className="zj-foot-say">{trans.__('The badge comes into the notebook when they accept. Nothing is sent meanwhile.')}</p>
        <div className="zj-acts">
          <Button kind="main" className="zj-btn-wide zj-primary" onClick={() => void model.publish(false)}>
            {trans.__('Ask what became of it')}
          </Button>
        </div>
      </div>
    );
  }
  if (standing?.state === 'published') {
    return <PublishedFoot />;
  }
  return (
    <div className="zj-foot">
      <p className="zj-foot-say" id="zj-foot-say">
        {obstacle && plan ? (
          <>
            <Icon icon={blockIcon} className="zj-bad" /> {words[obstacle]}{' '}
            <Link onClick={() => goTo(obstacle)}>{trans.__('Go there')}</Link>
          </>
        ) : standing?.state === 'changed' ? (
          trans.__('Still working? Nothing to do: this only tells.')
        ) : (
          trans.__('Nothing becomes public before you press Publish on the next page.')
        )}
      </p>
      <div className="zj-acts">
        <Button
          kind="main"
          className="zj-btn-wide zj-primary"
          aria-disabled={isBlocked || undefined}
          aria-describedby="zj-foot-say"
          onClick={() => (isBlocked ? obstacle && plan && goTo(obstacle) : model.turn('review'))}
        >
          {label}
        </Button>
      </div>
    </div>
  );
}

function AboutObstacle(): JSX.Element {
  const { trans, places } = usePanel();
  const { model } = useNotebook();
  const names = new Set([...model.faults.keys()].map(key => key.split('.')[0]));
  const labels = places.fields.filter(field => names.has(field.name)).map(field => field.label);
  const things = trans._n('%1 thing', '%1 things', model.faults.size);
  return <>{trans.__('The description is not complete: %1.', labels.join(', ') || things)}</>;
}

