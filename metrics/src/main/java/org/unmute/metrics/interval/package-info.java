/** Intervals of counts, shares and areas, from their numbers alone. */
package org.unmute.metrics.interval;
