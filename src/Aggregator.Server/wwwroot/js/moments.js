// A page that does not change: its moments in the reader's own time, and no more.
import { localise } from './dom.js';

localise(document);
