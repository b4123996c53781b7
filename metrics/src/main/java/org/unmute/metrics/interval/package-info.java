/** Confidence intervals of counts, shares and areas, computed from their numbers alone. */
package org.unmute.metrics.interval;
