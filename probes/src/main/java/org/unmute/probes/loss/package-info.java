/**
 * Losses for probes: asymmetric, binary cross-entropy, cross-entropy, and a penalty on similar prototypes.
 *
 * @since 0.2.0
 */
@NullMarked
package org.unmute.probes.loss;

import org.jspecify.annotations.NullMarked;
