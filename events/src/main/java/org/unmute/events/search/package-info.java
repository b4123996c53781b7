/**
 * Search by example in a token cache: the moments nearest to clips, stretches or boxes of recordings. Pooled vectors
 * ({@link org.unmute.probes.vector}) propose stretches; the fused matcher compares the tokens of boxes with those of
 * each
 * stretch. Both look at everything that they are given.
 */
package org.unmute.events.search;
