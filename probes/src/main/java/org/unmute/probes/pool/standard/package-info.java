/**
 * The probes that come with Unmute, one class each; {@link org.unmute.probes.pool.standard.StandardProbes} lists them.
 * {@code docs/probes.md} gives the sources of the formulas, {@code docs/adding-a-probe.md} explains how to add a probe.
 *
 * @since 0.2.0
 */
@NullMarked
package org.unmute.probes.pool.standard;

import org.jspecify.annotations.NullMarked;
