/**
 * Communities that the record is submitted to: chosen by a search, each with what that leads to.
 */
import { closeIcon } from '@jupyterlab/ui-components';
import * as React from 'react';
import type { Faults } from '../form';
import { blockIcon } from '../icons';
import type { ICommunity } from '../types';
import { useNotebook, usePanel } from './context';
import { Icon, Link } from './controls';

/** Milliseconds without a key before the repository is asked. */
const PAUSE = 300;
const NAME = 'communities';

export function Communities(props: { faults: Faults }): JSX.Element {
  const { trans, focus } = usePanel();
  const { model } = useNotebook();
  const chosen = (model.value(NAME) ?? []) as string[];
  const [words, setWords] = React.useState('');
  const found = useFound(words.trim());
  const known = [...(model.plan?.communities ?? []), ...found];
  const faults = [...props.faults].filter(([key]) => key.split('.')[0] === NAME).flatMap(([, messages]) => messages);
  const write = (slugs: string[]) => model.order.write(NAME, slugs);
  const add = (slug: string) => {
    setWords('');
    write([...new Set([...chosen, slug])]);
    focus('zj-community');
  };
  return (
    <div className="zj-field" role="group" aria-labelledby="zj-communities">
      <div className="zj-label" id="zj-communities">
        {trans.__('Communities')}
      </div>
      {chosen.map(slug => {
        const community = known.find(one => one.slug === slug);
        const remove = trans.__('Do not submit to %1', community?.title ?? slug);
        return (
          <div key={slug} className="zj-label">
            <span>
              <span className="zj-strong">{community?.title ?? slug}</span>
              {community && <span className="zj-sub zj-small"> {community.note}</span>}
            </span>
            <Link
              aria-label={remove}
              title={remove}
              onClick={() => {
                write(chosen.filter(other => other !== slug));
                focus('zj-community');
              }}
            >
              <Icon icon={closeIcon} />
            </Link>
          </div>
        );
      })}
      <input
        id="zj-community"
        className="zj-in jp-mod-styled"
        type="search"
        placeholder={trans.__('Search for a community')}
        aria-label={trans.__('Search for a community')}
        aria-describedby={faults.length ? 'zj-communities-err' : 'zj-communities-help'}
        aria-invalid={faults.length > 0 || undefined}
        value={words}
        onChange={event => setWords(event.target.value)}
      />
      <ul className="zj-choice" aria-label={trans.__('Communities found')} aria-live="polite">
        {found
          .filter(community => !chosen.includes(community.slug))
          .map(community => (
            <li key={community.id}>
              <Link disabled={community.may_submit === false} onClick={() => add(community.slug)}>
                {community.title}
              </Link>
              <p className="zj-sub">{community.note}</p>
            </li>
          ))}
      </ul>
      <p className="zj-hint" id="zj-communities-help">
        {trans.__('The first one is asked before a first version is published; the others are offered the published record.')}
      </p>
      {faults.length > 0 && (
        <p className="zj-err" id="zj-communities-err">
          <Icon icon={blockIcon} />
          <span>{faults.join(' ')}</span>
        </p>
      )}
    </div>
  );
}

/** Return the communities that fit what is typed; none where the repository does not say. */
function useFound(words: string): ICommunity[] {
  const { places } = usePanel();
  const { model } = useNotebook();
  const [found, setFound] = React.useState<ICommunity[]>([]);
  const to = model.order.chosen.to;
  React.useEffect(() => {
    let isCurrent = true;
    const show = (communities: ICommunity[]) => isCurrent && setFound(communities);
    if (!words) {
      show([]);
      return;
    }
    const ask = () => places.api.communities(words, to).then(answer => show(answer.communities), () => show([]));
    const timer = setTimeout(() => void ask(), PAUSE);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [words, to]);
  return found;
}
