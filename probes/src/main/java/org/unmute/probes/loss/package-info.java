/** Losses for probes: asymmetric, binary cross-entropy, cross-entropy, and a penalty on alike prototypes. */
package org.unmute.probes.loss;
