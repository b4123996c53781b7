/**
 * Training of probes on cached token maps, and scoring with trained probes. Start at {@link
 * org.unmute.probes.train.ProbeTrainer}.
 *
 * @since 0.2.0
 */
@NullMarked
package org.unmute.probes.train;

import org.jspecify.annotations.NullMarked;
