// Replaces React to time a hook's dispatch without rendering: effects run at once, and setting a state does nothing.

const nothing = () => {};

export const useState = <T>(value: T) => [value, nothing] as const;
export const useReducer = <T>(_reducer: unknown, value: T) => [value, nothing] as const;
export const useRef = <T>(current: T) => ({ current });
export const useCallback = <T>(callback: T) => callback;
export const useEffect = (effect: () => void) => void effect();
