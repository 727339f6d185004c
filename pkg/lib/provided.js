// The inbox that an InboxProvider gives to the React components below it.

import { createContext } from "react";

export const Provided = createContext(null);
