/** @jsxRuntime automatic */
import { type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react';

/** A little longer than the animation in the style sheet. */
const leavingMs = 260;

/**
 * Lets its content come and go gently. What leaves is inert at once, so that nobody can press what is no longer offered;
 * `onFocusLost` finds another place for the focus when the content had it.
 */
export function Reveal({
  isShown,
  onFocusLost,
  children,
}: {
  readonly isShown: boolean;
  readonly onFocusLost: () => void;
  readonly children: ReactNode;
}) {
  const [{ wasShown, phase }, setState] = useState<{
    wasShown: boolean;
    phase: 'there' | 'entering' | 'leaving' | 'gone';
  }>({ wasShown: isShown, phase: isShown ? 'there' : 'gone' });
  if (isShown !== wasShown) setState({ wasShown: isShown, phase: isShown ? 'entering' : 'leaving' });
  const content = useRef<HTMLDivElement>(null);

  // Before the browser takes the focus away from what is inert: afterwards nobody knows that it was here.
  useLayoutEffect(() => {
    if (phase === 'leaving' && content.current?.contains(document.activeElement)) onFocusLost();
  }, [phase, onFocusLost]);

  // A timer and not the end of the animation: people who want no motion have none, and its end never comes.
  useEffect(() => {
    if (phase !== 'leaving') return;
    const timer = setTimeout(() => setState({ wasShown: false, phase: 'gone' }), leavingMs);
    return () => clearTimeout(timer);
  }, [phase]);

  if (phase === 'gone') return null;
  return (
    <div ref={content} className={`reveal is-${phase}`} inert={phase === 'leaving'}>
      <div className="reveal-content">{children}</div>
    </div>
  );
}
