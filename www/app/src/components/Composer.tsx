import { type FormEvent, type KeyboardEvent, useId, useState } from "react";

/** The server's limit, in code points: an emoji counts as one. */
const LONGEST_MESSAGE = 4_000;

interface ComposerProps {
  inputId: string;
  label: string;
  isConnected: boolean;
  onSend: (text: string) => void;
}

export function Composer({ inputId, label, isConnected, onSend }: ComposerProps) {
  const hintId = useId();
  const [text, setText] = useState("");

  const excess = [...text].length - LONGEST_MESSAGE;
  const canSend = text.trim() !== "" && excess <= 0;

  const submit = () => {
    if (!canSend) return;
    onSend(text.trim());
    setText("");
  };

  const handleSubmit = (event: FormEvent) => {
    event.preventDefault();
    submit();
  };

  const handleKeyDown = (event: KeyboardEvent) => {
    // While an input method is composing, Enter selects a word.
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    submit();
  };

  return (
    <form className="composer" onSubmit={handleSubmit}>
      <label className="visually-hidden" htmlFor={inputId}>
        {label}
      </label>
      <textarea
        id={inputId}
        rows={1}
        dir="auto"
        placeholder="Write a message"
        value={text}
        aria-describedby={hintId}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={handleKeyDown}
      />
      <button className="button button-primary" disabled={!canSend}>
        Send
      </button>
      <p id={hintId} className="composer-hint">
        {excess > 0 ? `${excess} characters too long` : !isConnected && "Not connected: messages are queued."}
      </p>
    </form>
  );
}
