/**
 * Probes: pooling of frozen token maps and a linear classifier on top; one file a probe. Start at
 * {@link org.unmute.probes.pool.Probes}.
 */
package org.unmute.probes.pool;
