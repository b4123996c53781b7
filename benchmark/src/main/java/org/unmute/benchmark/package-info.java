/** What all parts of a benchmark know: how it is stopped, and a clock that standing still does not move. */
package org.unmute.benchmark;
