/**
 * Open requests to communities: what waits for one's decision, and what one waits for oneself.
 */
import * as React from 'react';
import { markIcons } from '../icons';
import { isEmbedded } from '../places';
import { waits, type Action, type IAsked } from '../requests';
import { usePanel } from './context';
import { Away, Button, Icon, Problem } from './controls';
import { Practice } from './where';
import { dateOf } from './words';

/** Stands above one's records; nothing where nothing is open. */
export function RequestsList(): JSX.Element | null {
  const { trans, requests, mine } = usePanel();
  const [open, setOpen] = React.useState('');
  React.useEffect(() => void requests.look(), []);
  const items = requests.items.filter(item => !mine.from || item.repository === mine.from);
  const problems = [...requests.problems].filter(([name]) => !mine.problems.has(name));
  const { decided } = requests;
  if (!items.length && !problems.length && !decided) {
    return null;
  }
  const words: { [status: string]: string } = {
    accepted: trans.__('Accepted: %1', decided?.title ?? ''),
    declined: trans.__('Declined: %1', decided?.title ?? ''),
    cancelled: trans.__('Taken back: %1', decided?.title ?? '')
  };
  return (
    <section aria-labelledby="zj-requests">
      <h3 className="zj-head zj-pad" id="zj-requests" tabIndex={-1}>
        {trans.__('Requests to communities')}
      </h3>
      <p className="zj-pad zj-sum" role="status">
        {decided && (words[decided.status] ?? decided.title)}
      </p>
      {problems.map(([name, error]) => (
        <div key={name} className="zj-pad">
          <Problem error={error} />
        </div>
      ))}
      <ul className="zj-hits">
        {items.map(item => (
          <li key={item.id}>
            <Item item={item} isOpen={open === item.id} onToggle={isOpen => setOpen(isOpen ? item.id : '')} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Item(props: { item: IAsked; isOpen: boolean; onToggle: (isOpen: boolean) => void }): JSX.Element {
  const { trans, places, requests } = usePanel();
  const { item, isOpen, onToggle } = props;
  const row = places.repository(item.repository);
  const to = item.community_title || row?.title || item.repository;
  const toggle = () => {
    onToggle(!isOpen);
    if (!isOpen) {
      void requests.read(item);
    }
  };
  return (
    <div className={`zj-hit ${isOpen ? 'is-open' : ''}`}>
      <button type="button" className="zj-hit-head" aria-expanded={isOpen} onClick={toggle}>
        <span className="zj-name">{item.title || trans.__('Without a title')}</span>
        <span className="zj-sum">
          <Icon icon={markIcons.waiting} className="zj-mark" />{' '}
          {waits(item) ? trans.__('waits for your decision, in %1', to) : trans.__('waits for %1', to)}{' '}
          {row?.practice && <Practice />} · {dateOf(item.created)}
        </span>
      </button>
      {isOpen && <Decision item={item} />}
    </div>
  );
}

/** What was said, and what can be done; the message goes with whatever is pressed. */
function Decision(props: { item: IAsked }): JSX.Element {
  const { trans, places, requests, focus } = usePanel();
  const { item } = props;
  const row = places.repository(item.repository);
  const [message, setMessage] = React.useState('');
  const [isBusy, setBusy] = React.useState(false);
  const labels: [Action, string][] = [
    ['accept', trans.__('Accept')],
    ['decline', trans.__('Decline')],
    ['cancel', trans.__('Take back')]
  ];
  const act = async (action: Action) => {
    if (isBusy) {
      return;
    }
    setBusy(true);
    await requests.act(item, action, message);
    setBusy(false);
    if (!requests.problems.has(item.repository)) {
      setMessage('');
    }
    focus(...(action === 'comment' ? [`zj-message-${item.id}`] : ['zj-requests', 'zj-mine']));
  };
  return (
    <div className="zj-hit-ways">
      {!!item.comments?.length && (
        <ul aria-label={trans.__('What was said')}>
          {item.comments.map((comment, index) => (
            <li key={index} className="zj-gap-s zj-said">
              {comment}
            </li>
          ))}
        </ul>
      )}
      <label className="zj-label zj-gap" htmlFor={`zj-message-${item.id}`}>
        {trans.__('Message')}
      </label>
      <textarea
        id={`zj-message-${item.id}`}
        className="zj-in jp-mod-styled"
        rows={2}
        value={message}
        onChange={event => setMessage(event.target.value)}
      />
      <div className="zj-row zj-gap" aria-busy={isBusy}>
        {labels
          .filter(([action]) => item.actions.includes(action))
          .map(([action, label]) => (
            <Button key={action} className="zj-btn-s" isGuarded onClick={() => void act(action)}>
              {label}
            </Button>
          ))}
        <Button className="zj-btn-s" aria-disabled={!message.trim() || undefined} onClick={() => message.trim() && void act('comment')}>
          {trans.__('Comment')}
        </Button>
        {item.html_url && row && !isEmbedded(row) && (
          <Away href={item.html_url} className="zj-small">
            {trans.__('Its page')}
          </Away>
        )}
      </div>
    </div>
  );
}
