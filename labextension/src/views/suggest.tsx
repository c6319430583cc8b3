/**
 * An input under which the repository's own lists offer what may be meant.
 */
import * as React from 'react';
import type { ISuggestion } from '../types';
import { useNotebook, usePanel } from './context';

/** Milliseconds without a key before the repository is asked. */
const PAUSE = 250;
/** An identifier that means one thing: pasted, it is taken as soon as it is found. */
const IDENTIFIER = /orcid\.org\/|ror\.org\/|^\s*(\d{4}-){3}\d{3}[\dXx]\s*$/;

interface ISuggestProps extends Omit<React.InputHTMLAttributes<HTMLInputElement>, 'onChange' | 'list'> {
  /** The repository's list; see `vocabulary` of a field. */
  vocabulary: string;
  id: string;
  value: string;
  /** The part of the text that is looked for, where that is not all. */
  wanted?: string;
  onText: (text: string) => void;
  onChoose: (chosen: ISuggestion) => void;
}

/** A combobox as ARIA has it: the focus stays in the input, and arrows move through what is offered. */
export function Suggest(props: ISuggestProps): JSX.Element {
  const { vocabulary, id, value, wanted = value, onText, onChoose, ...rest } = props;
  const { trans } = usePanel();
  const [isTyping, setTyping] = React.useState(false);
  const [at, setAt] = React.useState(-1);
  const found = useSuggestions(vocabulary, isTyping ? wanted.trim() : '');
  const isOpen = isTyping && found.length > 0;
  const choose = (chosen: ISuggestion) => {
    setTyping(false);
    onChoose(chosen);
  };
  React.useEffect(() => {
    setAt(-1);
    if (found.length === 1 && IDENTIFIER.test(wanted)) {
      choose(found[0]);
    }
  }, [found]);
  const onKeyDown = (event: React.KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (isOpen && step) {
      event.preventDefault();
      event.stopPropagation();
      setAt((at + step + found.length) % found.length);
    } else if (isOpen && event.key === 'Enter' && at >= 0 && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      choose(found[at]);
    } else if (isOpen && event.key === 'Escape') {
      event.stopPropagation();
      setTyping(false);
    }
  };
  return (
    <div className="zj-suggest">
      <input
        {...rest}
        id={id}
        role="combobox"
        aria-autocomplete="list"
        aria-expanded={isOpen}
        aria-controls={isOpen ? `${id}-list` : undefined}
        aria-activedescendant={isOpen && at >= 0 ? `${id}-${at}` : undefined}
        autoComplete="off"
        value={value}
        onKeyDown={onKeyDown}
        onBlur={() => setTyping(false)}
        onChange={event => {
          setTyping(true);
          onText(event.target.value);
        }}
      />
      {isOpen && (
        <ul role="listbox" id={`${id}-list`} className="zj-offers" aria-label={trans.__('What may be meant')}>
          {found.map((one, index) => (
            <li
              key={index}
              role="option"
              id={`${id}-${index}`}
              aria-selected={index === at}
              // Before the input loses the focus, and the list with it.
              onMouseDown={event => {
                event.preventDefault();
                choose(one);
              }}
            >
              {one.label}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** Return what a list of the chosen repository has for a text; nothing where it has no such list, or does not answer. */
function useSuggestions(vocabulary: string, text: string): readonly ISuggestion[] {
  const { places } = usePanel();
  const { model } = useNotebook();
  const [found, setFound] = React.useState<readonly ISuggestion[]>([]);
  const { to } = model.order.chosen;
  React.useEffect(() => {
    let isCurrent = true;
    const show = (suggestions: readonly ISuggestion[]) => isCurrent && setFound(suggestions);
    if (!vocabulary || text.length < 2) {
      show([]);
      return;
    }
    const ask = () => places.api.suggest(vocabulary, text, to).then(answer => show(answer.suggestions), () => show([]));
    const timer = setTimeout(() => void ask(), PAUSE);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [vocabulary, text, to]);
  return found;
}
