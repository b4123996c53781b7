/**
 * Training of probes on cached token maps, and scoring with trained probes. Start at {@link
 * org.unmute.probes.train.ProbeTrainer}.
 */
package org.unmute.probes.train;
